//! What is remembered of one change, and how that stands in the log.

use super::author::Author;
use crate::delta::{self, Edit};
use crate::hash::{crc32, sha256};
use crate::store::folder::STATE;
use crate::store::read::Stamp;
use anyhow::{Context, Result, ensure};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use std::cell::OnceCell;
use std::io::{Read, Write};

/// How a change came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// By a command of this tool.
    Command,
    /// By something else: an editor, a deployment. Found by the next command that wrote.
    Hand,
    /// Not a change: files as they were when they were seen first.
    Seen,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Record {
    /// Its number, which no other change ever gets. 0 for what is none.
    pub number: u64,
    /// The first of the changes by agents that have become this one, where they were several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// When, in seconds since 1970.
    pub time: i64,
    /// How it came about.
    pub origin: Origin,
    /// Who made it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Author>,
    /// The agents that asked for it themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// The command line, without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The change that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// The change after which everything was as it is again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
    /// What happened to which router.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// What happened to which file.
    pub files: Vec<FileRecord>,
    /// What tells whether a command that died has come to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<FirstStep>,
}

impl Record {
    /// Whether agents asked for it, and not an administrator.
    pub fn is_by_agents(&self) -> bool {
        !self.agents.is_empty()
    }

    /// The number of the first change that is in it.
    pub(super) fn begin(&self) -> u64 {
        self.since.unwrap_or(self.number)
    }

    /// Who made it: `alice (as root)`, `agent web-7 (by root)`, `hand`.
    pub fn by(&self) -> String {
        const SHOWN: usize = 3;
        let author = self.author.as_ref().map_or_else(|| "hand".to_owned(), ToString::to_string);
        let more = match self.agents.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let first = self.agents.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        match self.agents.len() {
            0 => author,
            1 => format!("agent {first} (by {author})"),
            _ => format!("agents {first}{more} (by {author})"),
        }
    }
}

/// What happened to a router.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Object {
    /// `added`, `changed`, `removed`.
    pub verb: String,
    /// `http`, `tcp`, `udp`.
    pub kind: String,
    /// Its name afterwards.
    pub name: String,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileRecord {
    /// Its path in the directory.
    pub path: String,
    /// The SHA-256 of what it said; `None` where there was no file.
    pub before: Option<String>,
    /// The SHA-256 of what it says; `None` where it went.
    pub after: Option<String>,
    /// Which bytes were replaced; they stand behind the record, the old ones of each edit and then the new ones.
    pub edits: Vec<Edit>,
    /// The first of the changes by agents that have become this one across those of administrators: what the file said
    /// after any from there to here is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

/// The first thing that a change does to the directory.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(in crate::store) struct FirstStep {
    /// The file.
    pub(in crate::store) path: String,
    /// What stood there.
    pub(in crate::store) before: Option<Stamp>,
    /// The staged text that is moved there.
    pub(in crate::store) staged: Option<String>,
    /// Whether the file goes.
    #[serde(default)]
    pub(in crate::store) goes: bool,
}

/// A record with the bytes of its edits.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) record: Record,
    /// What stands in the log; empty where it does not stand there yet.
    packed: Vec<u8>,
    /// Unpacked when it is first asked for: most commands want to know what happened, not each byte of it.
    body: OnceCell<Vec<u8>>,
    /// Which file of the record has which path and where its bytes begin in the body, by path: there may be thousands.
    places: Vec<(usize, usize)>,
    /// How many bytes it takes in the log; 0 where it does not stand there yet.
    pub(super) size: u64,
}

/// A file before and after, as bytes.
pub(super) struct Texts<'t> {
    pub(super) path: &'t str,
    pub(super) old: Option<&'t [u8]>,
    pub(super) new: Option<&'t [u8]>,
}

/// The edits of one file with the bytes that they put there.
pub(super) type Puts<'e> = Vec<(Edit, &'e [u8])>;

/// The head of a frame: the length of what follows it, and its checksum.
pub(super) const HEAD: usize = 8;
/// No change is larger; a length beyond it is damage.
const LARGEST: usize = 1 << 30;

impl Entry {
    /// A record of what happened to these files, which `record` does not name yet.
    pub(super) fn new(mut record: Record, files: &[Texts<'_>]) -> Entry {
        let mut body = Vec::new();
        for Texts { path, old, new } in files {
            let (before, after) = (old.unwrap_or_default(), new.unwrap_or_default());
            let edits = delta::between(before, after);
            for (edit, at) in delta::placed(&edits) {
                body.extend_from_slice(&before[edit.at..edit.at + edit.cut]);
                body.extend_from_slice(&after[at..at + edit.put]);
            }
            record.files.push(FileRecord {
                path: (*path).to_owned(),
                before: old.map(sha256),
                after: new.map(sha256),
                edits,
                since: None,
            });
        }
        Entry::of(record, Vec::new(), OnceCell::from(body))
    }

    fn of(record: Record, packed: Vec<u8>, body: OnceCell<Vec<u8>>) -> Entry {
        let size = if packed.is_empty() { 0 } else { HEAD + packed.len() } as u64;
        let sizes = record.files.iter().map(|file| file.edits.iter().map(|edit| edit.cut + edit.put).sum());
        let begins = sizes.scan(0, |end, size: usize| Some(std::mem::replace(end, *end + size)));
        let mut places: Vec<(usize, usize)> = begins.enumerate().collect();
        places.sort_by_key(|(file, _)| &record.files[*file].path);
        Entry { record, packed, body, places, size }
    }

    fn place(&self, path: &str) -> Option<(&FileRecord, usize)> {
        let file = |(file, _): &(usize, usize)| self.record.files.get(*file);
        let found = self.places.binary_search_by_key(&Some(path), |place| file(place).map(|file| file.path.as_str()));
        let place = self.places.get(found.ok()?)?;
        Some((file(place)?, place.1))
    }

    /// What happened to the file of that path.
    pub(super) fn file(&self, path: &str) -> Option<&FileRecord> {
        Some(self.place(path)?.0)
    }

    /// The edits of a file, forward or back, with the bytes that they put there.
    pub(super) fn puts(&self, path: &str, back: bool) -> Option<Puts<'_>> {
        let (file, begin) = self.place(path)?;
        // One that can't be unpacked lacks the bytes that it speaks of.
        let body = self.body.get_or_init(|| body(&self.packed, length(&self.record)).unwrap_or_default());
        let mut rest = body.get(begin..)?;
        let mut puts = Vec::with_capacity(file.edits.len());
        for (edit, at) in delta::placed(&file.edits) {
            let old = rest.split_off(..edit.cut)?;
            let new = rest.split_off(..edit.put)?;
            puts.push(match back {
                false => (edit, new),
                true => (Edit { at, cut: edit.put, put: edit.cut }, old),
            });
        }
        Some(puts)
    }

    /// The entry as a frame of the log.
    pub(super) fn frame(&self) -> Result<Vec<u8>> {
        let mut frame = vec![0; HEAD];
        if self.packed.is_empty() {
            let header = serde_json::to_vec(&self.record)?;
            let mut packer = DeflateEncoder::new(frame, Compression::fast());
            packer.write_all(&u32::try_from(header.len())?.to_le_bytes())?;
            packer.write_all(&header)?;
            packer.write_all(self.body.get().map_or(&[], Vec::as_slice))?;
            frame = packer.finish()?;
        } else {
            frame.extend_from_slice(&self.packed);
        }
        let payload = &frame[HEAD..];
        let length = u32::try_from(payload.len()).ok().filter(|length| *length as usize <= LARGEST);
        let length = length.context("the change is too large to be recorded")?;
        let sum = crc32(payload);
        frame[..4].copy_from_slice(&length.to_le_bytes());
        frame[4..HEAD].copy_from_slice(&sum.to_le_bytes());
        Ok(frame)
    }
}

/// The payload of the frame at the beginning of these bytes; `None` where it is not whole or damaged.
pub(super) fn payload(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (length, sum) = head.split_at(4);
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let payload = rest.get(..length).filter(|_| length <= LARGEST)?;
    (crc32(payload).to_le_bytes() == sum).then_some(payload)
}

/// Whether behind the frame at the beginning of these bytes, which can't be read, one stands that can.
pub(super) fn is_followed(bytes: &[u8]) -> bool {
    let Some((length, _)) = bytes.split_first_chunk::<4>() else { return false };
    let next = HEAD.saturating_add(u32::from_le_bytes(*length) as usize);
    bytes.get(next..).and_then(payload).is_some_and(|payload| record(payload).is_ok())
}

/// The record of a payload alone.
pub(super) fn record(payload: &[u8]) -> Result<Record> {
    const LONGEST: u64 = 64 << 20;
    let mut unpacker = DeflateDecoder::new(payload);
    let mut length = [0; 4];
    unpacker.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    ensure!(length <= LONGEST, "it is too long");
    let mut header = Vec::new();
    unpacker.take(length).read_to_end(&mut header)?;
    let record: Record = serde_json::from_slice(&header)?;
    for file in &record.files {
        let is_inside = file.path.split('/').all(|part| !matches!(part, "" | "." | ".." | STATE));
        ensure!(is_inside, "it is about {:?}, which is no file of the directory", file.path);
    }
    Ok(record)
}

/// The whole entry of a payload.
pub(super) fn entry(payload: &[u8]) -> Result<Entry> {
    let record = record(payload)?;
    ensure!(length(&record) <= LARGEST, "it is too large");
    Ok(Entry::of(record, payload.to_vec(), OnceCell::new()))
}

/// How many bytes the edits of a record speak of.
fn length(record: &Record) -> usize {
    let sizes = record.files.iter().flat_map(|file| &file.edits).flat_map(|edit| [edit.cut, edit.put]);
    sizes.fold(0, usize::saturating_add)
}

/// The bytes of a payload that stand behind its record.
fn body(payload: &[u8], length: usize) -> Result<Vec<u8>> {
    let mut unpacker = DeflateDecoder::new(payload);
    let mut header = [0; 4];
    unpacker.read_exact(&mut header)?;
    std::io::copy(&mut unpacker.by_ref().take(u32::from_le_bytes(header).into()), &mut std::io::sink())?;
    let mut body = Vec::new();
    // No more than it must be, whatever it would swell to.
    unpacker.take(length as u64 + 1).read_to_end(&mut body)?;
    ensure!(body.len() == length, "its bytes are not those that it speaks of");
    Ok(body)
}
