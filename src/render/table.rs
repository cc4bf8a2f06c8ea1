//! Tables: fitted to a terminal; off one, plain columns with whole values, for what reads them next.

use super::text::sanitize;
use comfy_table::{ContentArrangement, Table, presets};

/// A table. `width` is that of the terminal, where there is one.
pub(super) fn table(width: Option<u16>, header: &[&str], rows: Vec<Vec<String>>) -> String {
    let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
    let mut all = vec![header];
    all.extend(rows.into_iter().map(|row| row.iter().map(|cell| sanitize(cell)).collect()));
    let plain = columns(&all);
    // Most tables fit as they are; what doesn't is wrapped within its columns.
    match width {
        Some(width) if plain.lines().any(|line| line.chars().count() > usize::from(width)) => wrapped(width, &all),
        _ => plain,
    }
}

fn wrapped(width: u16, rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Columns two spaces apart.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let start = text.len();
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
        }
        text.truncate(start + text[start..].trim_end().len());
        text.push('\n');
    }
    text
}
