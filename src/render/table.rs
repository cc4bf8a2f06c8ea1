//! Tables: fitted to a terminal; off one, plain columns with whole values, for what reads them next.

use super::text::sanitize;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

/// A table. `width` is that of the terminal, where there is one; `long` are the columns whose cells may be wrapped.
pub(super) fn table(width: Option<u16>, header: &[&str], rows: Vec<Vec<String>>, long: &[usize]) -> String {
    let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
    let mut all = vec![header];
    all.extend(rows.into_iter().map(|row| row.iter().map(|cell| sanitize(cell)).collect()));
    let plain = columns(&all);
    match width {
        Some(width) if plain.lines().any(|line| line.chars().count() > usize::from(width)) => fitted(width, &all, long),
        _ => plain,
    }
}

/// A table that is too wide for the terminal: long cells are wrapped, or stand on lines of their own where wrapping
/// would leave them too narrow to read.
fn fitted(width: u16, rows: &[Vec<String>], long: &[usize]) -> String {
    const READABLE: usize = 24;
    let is_long = |at: usize| long.contains(&at);
    let split = |row: &Vec<String>, long: bool| -> Vec<String> {
        row.iter().enumerate().filter(|(at, _)| is_long(*at) == long).map(|(_, cell)| cell.clone()).collect()
    };
    let short = columns(&rows.iter().map(|row| split(row, false)).collect::<Vec<_>>());
    let used = short.lines().map(|line| line.chars().count() + 2).max().unwrap_or(0);
    if used + long.len() * READABLE <= usize::from(width) {
        return wrapped(width, rows, is_long);
    }
    let mut text = String::new();
    for (at, (line, row)) in short.lines().zip(rows).enumerate() {
        text.push_str(&format!("{line}\n"));
        if at == 0 {
            continue; // What stands below each line tells by itself what it is.
        }
        text.extend(split(row, true).iter().filter(|cell| *cell != "-").map(|cell| format!("    {cell}\n")));
    }
    text
}

fn wrapped(width: u16, rows: &[Vec<String>], is_long: impl Fn(usize) -> bool) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if !is_long(at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
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
