//! Any texts at all, as a directory of files under a static configuration: they are judged without a panic, quickly,
//! and every finding stands at bytes that its file has.

#![no_main]

use cloudlunacy::document::{Document, Format};
use cloudlunacy::finding::Source;
use cloudlunacy::inventory::{Content, File, Inventory};
use cloudlunacy::judge::judge;
use cloudlunacy::release::Release;
use cloudlunacy::static_config::{Launch, Reading, is_compose, read_compose};
use cloudlunacy::surroundings::Surroundings;
use libfuzzer_sys::fuzz_target;

/// Stands between the texts: no text of UTF-8 holds it.
const BETWEEN: u8 = 0xff;

fuzz_target!(|data: &[u8]| {
    let Some((first, texts)) = data.split_first() else { return };
    let release = ["3.0", "3.3.6", "3.5.3", "3.6.15", "3.7"][usize::from(first % 5)];
    let Ok(release) = Release::parse(release) else { return };
    let mut surroundings = Surroundings::unknown(release);
    let mut files = Vec::new();
    for (number, text) in texts.split(|b| *b == BETWEEN).enumerate() {
        let Ok(text) = std::str::from_utf8(text) else { return };
        let (path, format) = match (usize::from(first / 5) + number) % 3 {
            0 => (format!("{number}.toml"), Format::Toml),
            1 if number > 0 => {
                let reading = start(text).unwrap_or_else(|| Reading::of_file(Format::Yaml, text));
                (surroundings.static_config, surroundings.static_faults) = (reading.config, reading.faults);
                continue;
            }
            _ => (format!("{number}.yml"), Format::Yaml),
        };
        files.push(File { path, content: Content::of(format, text.to_owned()) });
    }
    let inventory = Inventory::of(&files);
    for finding in judge(&inventory, &surroundings).findings {
        if let Source::File(at) = finding.at.source {
            assert!(files[at].text().get(finding.at.span.range()).is_some(), "{finding:?}");
        }
    }
});

/// The static configuration of flags, or of a compose file.
fn start(text: &str) -> Option<Reading> {
    if text.starts_with('-') {
        return Some(Launch::of_flags(text).reading());
    }
    let document = Document::parse(Format::Yaml, text.to_owned()).ok().filter(is_compose)?;
    let launch = read_compose(&document, None, "".as_ref(), &|_| None).ok()?;
    let mut reading = launch.reading();
    reading.faults.extend(reading.config.iter().flat_map(|config| launch.mounted_files(config)));
    Some(reading)
}
