//! What Traefik's debug log tells about the loads of the file provider.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde_json::Value;

/// What the log has told so far, so that it is read only once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    offset: u64,
    pub(super) received: usize,
    pub(super) skipped: usize,
    pub(super) refused: usize,
    pub(super) error: Option<String>,
}

impl Seen {
    /// Takes in what was written since the last time.
    pub(super) fn read_on(&mut self, log: &Path) {
        let mut fresh = Vec::new();
        if let Ok(mut file) = File::open(log) {
            file.seek(SeekFrom::Start(self.offset)).expect("the log can be read on");
            file.read_to_end(&mut fresh).expect("the log is readable");
        }
        // What follows the last line end is a line still being written.
        fresh.truncate(fresh.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1));
        self.offset += fresh.len() as u64;
        for line in fresh.split(|&b| b == b'\n') {
            self.take(line);
        }
    }

    fn take(&mut self, line: &[u8]) {
        let Ok(line) = serde_json::from_slice::<Value>(line) else {
            return;
        };
        let message = line["message"].as_str().unwrap_or_default();
        let failed_start = message.starts_with("Cannot start the provider *file.Provider");
        if line["providerName"] != "file" && !failed_start {
            return;
        }
        match message {
            "Configuration received" => self.received += 1,
            "Skipping unchanged configuration" => self.skipped += 1,
            _ if line["level"] == "error" && line["error"].is_string() => {
                self.refused += 1;
                self.error = line["error"].as_str().map(str::to_owned);
            }
            _ => {}
        }
    }
}
