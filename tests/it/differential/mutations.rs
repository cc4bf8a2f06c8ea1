//! Directories as people write them, with one to three mistakes of the kind that people make.

mod lines;

use super::Case;
use crate::support::random::Random;
use serde_json::Value;
use std::path::Path;

/// The directories in `bases/`.
fn bases() -> Vec<Case> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/differential/bases");
    super::folders(&top)
}

/// Each directory as it is, then mistakes without end.
pub(crate) fn mutations(seed: u64) -> impl Iterator<Item = Case> {
    let mut random = Random::new(seed);
    let bases = bases();
    let whole = bases.clone();
    whole.into_iter().chain((0..).map(move |number| {
        let mut case = random.pick(&bases).clone();
        case.name = format!("{} {number}", case.name);
        for _ in 0..=random.below(3) {
            let (name, mistake) = random.pick(MISTAKES);
            mistake(&mut random, &mut case.files);
            case.name = format!("{}, {name}", case.name);
        }
        case
    }))
}

type Files = Vec<(String, Vec<u8>)>;
type Mistake = fn(&mut Random, &mut Files);

const MISTAKES: &[(&str, Mistake)] = &[
    ("line deleted", |r, files| edit(r, files, lines::delete_line)),
    ("line commented out", |r, files| edit(r, files, lines::comment_out)),
    ("line indented", |r, files| edit(r, files, lines::indent)),
    ("block indented", |r, files| edit(r, files, lines::indent_block)),
    ("quote", |r, files| edit(r, files, lines::quote)),
    ("backtick", |r, files| edit(r, files, lines::backtick)),
    ("name changed", |r, files| edit(r, files, lines::misspell)),
    ("name removed", |r, files| edit(r, files, lines::empty_word)),
    ("case changed", |r, files| edit(r, files, lines::change_case)),
    ("block doubled", |r, files| edit(r, files, lines::double_block)),
    ("block renamed", |r, files| edit(r, files, lines::double_renamed)),
    ("block deleted", |r, files| edit(r, files, lines::delete_block)),
    ("block moved", |r, files| edit(r, files, lines::move_block)),
    ("lines swapped", |r, files| edit(r, files, lines::swap_lines)),
    ("colon dropped", |r, files| edit(r, files, lines::drop_colon)),
    ("dash dropped", |r, files| edit(r, files, lines::drop_dash)),
    ("value replaced", |r, files| edit(r, files, lines::replace_value)),
    ("key added", |r, files| edit(r, files, lines::add_key)),
    ("tab", |r, files| edit(r, files, lines::tab)),
    ("letter", |r, files| edit(r, files, lines::letter)),
    ("truncated", |r, files| edit(r, files, lines::truncate)),
    ("other line ends", |r, files| edit(r, files, lines::line_ends)),
    ("files joined", join_files),
    ("files swapped", swap_files),
    ("file copied", copy_file),
    ("other extension", other_extension),
    ("other format", other_format),
];

/// Edits the lines of one file.
fn edit(random: &mut Random, files: &mut Files, change: fn(&mut Random, &mut Vec<String>)) {
    let at = random.below(files.len());
    let Some((_, bytes)) = files.get_mut(at) else { return };
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    change(random, &mut lines);
    *bytes = lines.join("\n").into_bytes();
}

fn join_files(random: &mut Random, files: &mut Files) {
    if files.len() > 1 {
        let (_, more) = files.pop().unwrap();
        let first = &mut files[0].1;
        first.extend_from_slice(if random.one_in(3) { b"\n---\n" } else { b"\n" });
        first.extend(more);
    }
}

fn swap_files(random: &mut Random, files: &mut Files) {
    let (a, b) = (random.below(files.len()), random.below(files.len()));
    let bytes = files[a].1.clone();
    files[a].1 = std::mem::replace(&mut files[b].1, bytes);
}

fn copy_file(random: &mut Random, files: &mut Files) {
    let (path, bytes) = random.pick(files).clone();
    let copy = format!("{}{}", random.pick(&["copy of ", ".", "~", "sub/"]), path.replace('/', "-"));
    files.push((copy, bytes));
}

fn other_extension(random: &mut Random, files: &mut Files) {
    let at = random.below(files.len());
    let path = &mut files[at].0;
    let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem).to_owned();
    *path = stem + *random.pick(&[".toml", ".yml", ".YAML", ".yaml.bak", ".json", ".yml.yml", ".yml~"]);
}

/// The same configuration in the other format, where it can be said there.
fn other_format(random: &mut Random, files: &mut Files) {
    let at = random.below(files.len());
    let (path, bytes) = &mut files[at];
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (stem, other) = match path.rsplit_once('.') {
        Some((stem, "toml")) => {
            let value = toml_edit::de::from_str::<Value>(&text).ok();
            (stem.to_owned() + ".yml", value.and_then(|value| serde_yaml::to_string(&value).ok()))
        }
        Some((stem, _)) => {
            let value = serde_yaml::from_str::<serde_yaml::Value>(&text).ok();
            let value = value.and_then(|mut value| value.apply_merge().is_ok().then_some(value));
            (stem.to_owned() + ".toml", value.and_then(|value| toml_edit::ser::to_string_pretty(&value).ok()))
        }
        None => return,
    };
    if let Some(other) = other {
        (*path, *bytes) = (stem, other.into_bytes());
    }
}
