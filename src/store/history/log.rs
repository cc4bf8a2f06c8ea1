//! The log of all changes: a file that grows at its end, and a small index of what stands at that end.
//!
//! The index holds nothing that the log does not say. It spares a change from reading the whole log, so it is not even
//! flushed: one that is lost, old or damaged is made again from the log.

use super::super::commit::STAGED;
use super::super::folder::Folder;
use super::super::journal;
use super::super::read::Stamp;
use super::super::trust::Trust;
use super::record::{self, Entry, FirstStep, HEAD, Record};
use crate::error::{Code, Error};
use anyhow::{Context, Result};
use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt};

const LOG: &str = "history";
const INDEX: &str = "history-index";
/// What a damaged log is called from then on.
const DAMAGED: &str = "history-damaged";
/// The first line of a log.
const MAGIC: &[u8] = b"cloudlunacy history 1\n";
/// Of the index; one of another is made again.
const VERSION: u32 = 2;
/// No log is larger; it would have been shortened.
const LARGEST: u64 = 2 << 30;

/// What the end of the log says: which files there are, and what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    version: u32,
    /// The log that this is about.
    inode: u64,
    /// The length of the log that this is about; 0 where there is none.
    pub(super) length: u64,
    /// How much of it copies of files take, which is no change.
    pub(super) copies: u64,
    /// How much of it changes by agents take.
    pub(super) agents: u64,
    /// How much they took when they last had become as little as they can.
    pub(super) least: u64,
    /// The last number that a change got.
    pub(super) number: u64,
    /// When the oldest change was made.
    pub(super) oldest: Option<i64>,
    /// The files of the directory.
    pub(super) files: BTreeMap<String, Head>,
}

/// A file as the log knows it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Head {
    /// The SHA-256 of what it says.
    pub(super) digest: String,
    /// What tells that it was not touched since.
    pub(super) stamp: Option<Stamp>,
}

impl Index {
    /// Goes on by one record, after which the log is this long.
    pub(super) fn take(&mut self, record: &Record, length: u64) {
        for file in &record.files {
            match &file.after {
                Some(digest) => {
                    self.files.insert(file.path.clone(), Head { digest: digest.clone(), stamp: None });
                }
                None => drop(self.files.remove(&file.path)),
            }
        }
        match record.number {
            0 => self.copies += length.saturating_sub(self.length),
            number => {
                if record.is_by_agents() {
                    self.agents += length.saturating_sub(self.length);
                }
                self.number = number;
                self.oldest = self.oldest.or(Some(record.time));
            }
        }
        (self.version, self.length) = (VERSION, length);
    }

    /// Whether nothing has been seen yet.
    pub(super) fn is_new(&self) -> bool {
        self.length == 0
    }

    fn read(state: &Folder) -> Option<Index> {
        let index: Index = serde_json::from_slice(&state.read_own(INDEX).ok()??).ok()?;
        (index.version == VERSION).then_some(index)
    }

    /// Puts the index into its place. Nothing depends on it.
    pub(super) fn write(&self, state: &Folder) {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let written = state.state_access().and_then(|access| {
            let staged = state.stage_unflushed(STAGED, &bytes, access)?;
            Ok(state.put_staged(&staged, INDEX)?)
        });
        // One that is older than the log is brought up to date; one that is newer is not believed.
        drop(written);
    }
}

/// The log, open.
#[derive(Default)]
pub(super) struct Log {
    file: Option<File>,
    pub(super) index: Index,
    /// Whether more stands behind what can't be read, so that this is no end that a dead command left.
    is_damaged: bool,
}

impl Log {
    /// Opens the log for a writer, who holds the lock: what a dead command left at its end is settled.
    pub(super) fn open(folder: &Folder, state: &Folder) -> Result<(Log, Option<String>), Error> {
        let mut log = Log::look(folder, state)?;
        let Some(file) = &log.file else { return Ok((log, None)) };
        if log.is_damaged {
            // Not over one that was put aside before.
            let aside = (1..).map(|n| if n == 1 { DAMAGED.to_owned() } else { format!("{DAMAGED}-{n}") });
            let aside = aside.take(1000).find(|name| state.file_type(name).is_none()).unwrap_or(DAMAGED.to_owned());
            state.rename_into(LOG, state, &aside).context("can't put the damaged history aside")?;
            let index = Index { number: log.index.number, ..Index::default() };
            let why = format!("the history was damaged; it lies in .cloudlunacy/{aside}, and a new one begins");
            return Ok((Log { file: None, index, is_damaged: false }, Some(why)));
        }
        let length = file.metadata().context("can't look at the history")?.len();
        let file = state.open_file(LOG, OFlags::RDWR).map_err(|error| cant_open(state, error))?;
        state.share(&file, &rustix::fs::fstat(&file).context("can't look at the history")?)?;
        log.file = Some(file);
        if length > log.index.length {
            log.cut(log.index.length)?;
        }
        Ok((log, None))
    }

    /// Opens the log for a reader. What is not whole, or not come to, at its end is not counted.
    pub(super) fn look(folder: &Folder, state: &Folder) -> Result<Log, Error> {
        let file = match state.open_file(LOG, OFlags::RDONLY) {
            Err(Errno::NOENT) => return Ok(Log { file: None, index: Index::default(), is_damaged: false }),
            opened => opened.map_err(|error| cant_open(state, error))?,
        };
        let stat = rustix::fs::fstat(&file).context("can't look at the history")?;
        if Trust::of(folder, &stat)? == Trust::None {
            let why = format!("{LOG} in .cloudlunacy was written by user {}, who is a stranger here", stat.st_uid);
            return Err(Error::new(Code::Io, why)
                .hint("look at it; give it to yourself with chown if you trust it, else remove it"));
        }
        let (length, inode) = (stat.st_size as u64, stat.st_ino);
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || length > LARGEST {
            return Ok(Log { file: Some(file), index: Index::default(), is_damaged: true });
        }
        if length < MAGIC.len() as u64 {
            // Whoever began it died over it.
            return Ok(Log { file: Some(file), ..Log::default() });
        }
        let known = Index::read(state).filter(|index| index.inode == inode && index.length <= length);
        let is_known = known.is_some();
        let begin = Index { version: VERSION, inode, length: MAGIC.len() as u64, ..Index::default() };
        let mut index = known.unwrap_or(begin);
        let bytes = read_from(&file, index.length, length)?;
        let mut rest = bytes.as_slice();
        while let Some(payload) = record::payload(rest) {
            let Ok(found) = record::record(payload) else { break };
            let size = HEAD + payload.len();
            rest = &rest[size..];
            if rest.is_empty() && found.first.as_ref().is_some_and(|first| !is_done(folder, state, first, index.length))
            {
                break;
            }
            index.take(&found, index.length + size as u64);
        }
        // Behind a record that a dead command wrote in part there is nothing.
        let is_damaged = !is_known && record::is_followed(rest);
        Ok(Log { file: Some(file), index, is_damaged })
    }

    /// Which log this is, and where it ends.
    pub(super) fn end(&self) -> (u64, u64) {
        (self.index.inode, self.index.length)
    }

    /// Every entry, oldest first.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, Error> {
        let damaged = |why: &str| {
            Error::new(Code::Io, format!("the history is damaged: {why}"))
                .hint(format!("move {LOG} in .cloudlunacy away; a new one begins with the next change"))
        };
        if self.is_damaged {
            return Err(damaged("not all of it is a history"));
        }
        let Some(file) = self.file.as_ref().filter(|_| !self.index.is_new()) else { return Ok(Vec::new()) };
        let bytes = read_from(file, 0, self.index.length)?;
        let mut rest = bytes.strip_prefix(MAGIC).ok_or_else(|| damaged("it does not begin as one"))?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let payload = record::payload(rest).ok_or_else(|| damaged("a record of it can't be read"))?;
            entries.push(record::entry(payload).map_err(|error| damaged(&format!("{error:#}")))?);
            rest = &rest[HEAD + payload.len()..];
        }
        Ok(entries)
    }

    /// Adds entries, flushed; gives where the last of them begins.
    pub(super) fn append(&mut self, state: &Folder, entries: &[&Entry]) -> Result<u64> {
        let before = self.index.length;
        let file = match &self.file {
            Some(file) => file,
            None => {
                let file = state.new_own_file(LOG).context("can't begin the history")?;
                self.file.insert(file)
            }
        };
        let mut bytes = if before == 0 { MAGIC.to_vec() } else { Vec::new() };
        let mut last = before;
        let mut index = self.index.clone();
        for entry in entries {
            last = before + bytes.len() as u64;
            bytes.append(&mut entry.frame()?);
            index.take(&entry.record, before + bytes.len() as u64);
        }
        let mut end = file;
        let written = std::io::Seek::seek(&mut end, std::io::SeekFrom::Start(before))
            .and_then(|_| end.write_all(&bytes))
            .and_then(|()| rustix::io::retry_on_intr(|| rustix::fs::fsync(file)).map_err(Into::into));
        if let Err(error) = written {
            // What stands there half is not taken for a record, and goes with the next one.
            let _ = file.set_len(before);
            return Err(error).context("can't write the history");
        }
        if before == 0 {
            state.flush().context("can't flush that the history begins")?;
        }
        self.index = Index { inode: file.metadata().context("can't look at the history")?.ino(), ..index };
        Ok(last)
    }

    /// Takes back what was added from here on: it did not happen.
    pub(super) fn cut(&self, length: u64) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        file.set_len(length).context("can't take a change out of the history")?;
        rustix::io::retry_on_intr(|| rustix::fs::fsync(file)).context("can't flush the history")
    }

    /// Puts other entries in place of all that stands there.
    pub(super) fn replace(&mut self, state: &Folder, entries: &[Entry]) -> Result<()> {
        let mut bytes = MAGIC.to_vec();
        let (number, stamps) = (self.index.number, std::mem::take(&mut self.index.files));
        let mut index = Index::default();
        for entry in entries {
            bytes.append(&mut entry.frame()?);
            index.take(&entry.record, bytes.len() as u64);
        }
        state.put_own(STAGED, LOG, &bytes).context("can't shorten the history")?;
        state.flush().context("can't flush the history")?;
        let file = state.open_file(LOG, OFlags::RDWR).context("can't open the history")?;
        let inode = file.metadata().context("can't look at the history")?.ino();
        self.file = Some(file);
        self.index = Index { number, inode, files: stamps, ..index };
        Ok(())
    }
}

/// Takes what a dead command left at the end of the log, and did not come to, out of it.
pub(in crate::store) fn settle_end(folder: &Folder, state: &Folder) {
    if let Ok(log) = Log::look(folder, state)
        && !log.is_damaged
        && !log.index.is_new()
    {
        // One that can't be taken out now is not counted as long as nothing else is done to its files.
        let _ = forget(state, log.index.length);
    }
}

/// Takes what was recorded of a change out of the log: it has been taken back.
pub(in crate::store) fn forget(state: &Folder, from: u64) -> Result<()> {
    match state.open_file(LOG, OFlags::RDWR) {
        Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error).context("can't open the history"),
        Ok(file) => {
            let is_longer = file.metadata().context("can't look at the history")?.len() > from;
            if is_longer { Log { file: Some(file), ..Log::default() }.cut(from) } else { Ok(()) }
        }
    }
}

fn cant_open(state: &Folder, error: Errno) -> Error {
    let opened = super::super::open_error(&state.path().join(LOG), error.into());
    match error {
        Errno::LOOP | Errno::NXIO => opened.hint("it is no plain file; move it away"),
        _ => opened,
    }
}

fn read_from(file: &File, from: u64, to: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![0; to.saturating_sub(from) as usize];
    file.read_exact_at(&mut bytes, from).context("can't read the history")?;
    Ok(bytes)
}

/// Whether a command came to its change. What it would have moved into place lies where it was as long as it did not.
fn is_done(folder: &Folder, state: &Folder, first: &FirstStep, at: u64) -> bool {
    if journal::decided(folder).is_some_and(|begin| begin == at) {
        return true;
    }
    let is_staged = first.staged.as_ref().is_some_and(|name| state.file_type(name).is_some());
    let present = folder.parent_below(&first.path).and_then(|(parent, name)| parent.stamp(name));
    // Whatever else has been done to a file that was to go, it has not gone.
    !is_staged && present != Ok(first.before) && (!first.goes || present == Ok(None))
}
