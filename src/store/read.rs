//! The directory as Traefik's file provider reads it: which files, in which order, links and all.

use super::folder::{Folder, STATE};
use super::journal;
use crate::document::Format;
use crate::error::Error;
use crate::inventory::{Content, File};
use anyhow::{Context, Result, anyhow};
use rustix::fs::{FileType, OFlags, Stat};
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::PathBuf;

/// The directory at one moment.
#[derive(Default)]
pub struct Snapshot {
    /// Files in the order in which Traefik loads them.
    pub files: Vec<File>,
    /// Where each file really lies and what it was when it was read; by path. None for what can't be read or edited.
    pub(super) origins: HashMap<String, Origin>,
    /// The bytes of files that are no UTF-8, by path: their text does not give them back.
    raw: HashMap<String, Vec<u8>>,
    /// The one file that Traefik reads, where it reads no directory.
    only: Option<String>,
}

impl Snapshot {
    /// Whether a file may go when it has nothing left to say. Not one behind a link; and not the one file that
    /// Traefik reads: it would keep what it has loaded, and start without its file provider the next time.
    pub(super) fn may_go(&self, path: &str) -> bool {
        self.only.is_none() && !self.is_linked(path)
    }

    /// The file of that path.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The bytes of the file of that path.
    pub(super) fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.bytes_of(self.file(path)?)
    }

    /// The bytes of a file. `None` for what is no regular file.
    pub(super) fn bytes_of<'s>(&'s self, file: &'s File) -> Option<&'s [u8]> {
        let is_irregular = matches!(file.content, Content::Broken { .. }) && !self.origins.contains_key(&file.path);
        let raw = self.raw.get(&file.path).map(Vec::as_slice);
        raw.or_else(|| (!is_irregular).then(|| file.text().as_bytes()))
    }

    /// Puts another file, which is not in its place yet, where one of its path is or would be; `None` takes it away.
    pub(super) fn put(&mut self, path: &str, bytes: Option<Vec<u8>>) {
        self.raw.remove(path);
        self.files.retain(|file| file.path != path);
        let Some(bytes) = bytes else { return };
        if std::str::from_utf8(&bytes).is_err() {
            self.raw.insert(path.to_owned(), bytes.clone());
        }
        let at = self.files.partition_point(|file| file.path.split('/').lt(path.split('/')));
        self.files.insert(at, File { path: path.to_owned(), content: content(path, bytes) });
    }

    /// Whether a file that was there has gone.
    pub(super) fn has_lost(&self, path: &str) -> bool {
        let is_meant = self.only.as_ref().is_none_or(|only| only == path);
        is_meant && !self.origins.contains_key(path) && self.file(path).is_none()
    }

    /// Whether a file is behind a link.
    pub(super) fn is_linked(&self, path: &str) -> bool {
        self.origins.get(path).is_some_and(|origin| origin.linked)
    }

    /// What happens to a file of several names: only the one in the directory gets a new text.
    pub(super) fn parted(&self, path: &str) -> Option<String> {
        self.origins.get(path).filter(|origin| origin.names > 1)?;
        Some(format!("{path} had another name elsewhere (a hard link): that one keeps the old text"))
    }
}

/// Where a file's bytes are.
#[derive(Clone)]
pub(super) struct Origin {
    /// The file, links followed.
    pub(super) real: PathBuf,
    /// Whether `real` is behind a link.
    pub(super) linked: bool,
    pub(super) stamp: Stamp,
    /// How many names it has.
    pub(super) names: u64,
    /// When anything about it last changed, its mode and owner too.
    pub(super) changed: (i64, u64),
}

impl Origin {
    /// Whether a file is still what was read.
    pub(super) fn is(&self, stat: &Stat) -> bool {
        self.stamp == Stamp::of(stat) && self.changed == changed(stat)
    }
}

fn changed(stat: &Stat) -> (i64, u64) {
    (stat.st_ctime, stat.st_ctime_nsec)
}

/// What tells one state of a file from another, whatever it is called. Not the number of the device: it may be another
/// when the machine starts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Stamp {
    inode: u64,
    size: u64,
    seconds: i64,
    nanoseconds: u64,
}

impl Stamp {
    pub(super) fn of(stat: &Stat) -> Stamp {
        Stamp { inode: stat.st_ino, size: stat.st_size as u64, seconds: stat.st_mtime, nanoseconds: stat.st_mtime_nsec }
    }
}

const IRREGULAR: &str = "this is not a regular file; Traefik would fail or hang on it";

/// Longer paths Linux does not take, and so Traefik gives up on the directory; this also bounds how deep one goes.
const LONGEST_PATH: usize = 4096;

/// How often a directory is listed again because files vanished under our hands.
const TRIES: usize = 50;

pub(super) fn snapshot(folder: &Folder, only: Option<&str>) -> Result<Snapshot, Error> {
    for _ in 0..TRIES {
        let settled = journal::settled(folder);
        let journal = journal::read(folder)?;
        let mut found = Found::default();
        let whole = match only {
            Some(name) => match folder.file_type(name) {
                Some(known) => load(folder, "", (name.as_ref(), known), &mut found)?,
                None => true,
            },
            None => walk(folder, "", &mut found)?,
        };
        let Found { files, origins } = found;
        let raw = files.iter().filter_map(Read::raw).collect();
        let mut snapshot = Snapshot { files: parsed(files), origins, raw, only: only.map(str::to_owned) };
        let whole = whole && journal.as_ref().map_or(Ok(true), |j| j.overlay(folder, &mut snapshot))?;
        // A change that began or ended in between would show half of itself.
        let still =
            journal::read(folder)?.map(|j| j.id()) == journal.map(|j| j.id()) && journal::settled(folder) == settled;
        if whole && still {
            return Ok(snapshot);
        }
    }
    Err(anyhow!("the files in {} change faster than they can be read", folder.path().display()).into())
}

/// What has been read, before it is parsed.
#[derive(Default)]
struct Found {
    files: Vec<Read>,
    origins: HashMap<String, Origin>,
}

/// A file that was read, or of which it is known without that what it says.
enum Read {
    Bytes(String, Vec<u8>),
    Known(File),
}

impl Read {
    /// Bytes that are no UTF-8.
    fn raw(&self) -> Option<(String, Vec<u8>)> {
        match self {
            Read::Bytes(path, bytes) if std::str::from_utf8(bytes).is_err() => Some((path.clone(), bytes.clone())),
            _ => None,
        }
    }

    fn parse(self) -> File {
        match self {
            Read::Bytes(path, bytes) => File { content: content(&path, bytes), path },
            Read::Known(file) => file,
        }
    }
}

/// Parses what was read, large amounts on all processors.
fn parsed(files: Vec<Read>) -> Vec<File> {
    const WORTH_A_THREAD: usize = 1 << 20;
    let size = |read: &Read| match read {
        Read::Bytes(_, bytes) => bytes.len(),
        Read::Known(_) => 0,
    };
    let total: usize = files.iter().map(size).sum();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(total / WORTH_A_THREAD + 1);
    if threads < 2 || files.len() < 2 {
        return files.into_iter().map(Read::parse).collect();
    }
    // Runs of files of about the same size, so that all threads are done at about the same time.
    let mut runs: Vec<Vec<Read>> = Vec::new();
    let mut filled = total;
    for read in files {
        if filled >= total / threads {
            runs.push(Vec::new());
            filled = 0;
        }
        filled += size(&read);
        if let Some(run) = runs.last_mut() {
            run.push(read);
        }
    }
    std::thread::scope(|scope| {
        let parse = |run: Vec<Read>| run.into_iter().map(Read::parse).collect::<Vec<_>>();
        let running: Vec<_> = runs.into_iter().map(|run| scope.spawn(move || parse(run))).collect();
        let joined = running.into_iter().map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.flatten().collect()
    })
}

/// Adds the files of one folder; false where something vanished meanwhile.
fn walk(folder: &Folder, prefix: &str, found: &mut Found) -> Result<bool, Error> {
    let mut names = folder.names()?;
    names.sort_unstable();
    for name in names {
        let shown = name.to_string_lossy();
        let whole = match folder.file_type(&name) {
            Some(FileType::Directory) if prefix.is_empty() && name == STATE => true,
            Some(FileType::Directory) if folder.path().as_os_str().len() + name.len() >= LONGEST_PATH => {
                return Err(super::open_error(&folder.path().join(&name), Errno::NAMETOOLONG.into()));
            }
            Some(FileType::Directory) => match folder.below(&name) {
                Ok(below) => walk(&below, &format!("{prefix}{shown}/"), found)?,
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => false,
                Err(error) => return Err(super::open_error(&folder.path().join(&name), error.into())),
            },
            Some(known) if Format::of(&shown).is_some() => load(folder, prefix, (&name, known), found)?,
            known => known.is_some() || Format::of(&shown).is_none(),
        };
        if !whole {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds one file; false where it vanished meanwhile.
fn load(folder: &Folder, prefix: &str, (name, known): (&OsStr, FileType), found: &mut Found) -> Result<bool, Error> {
    let path = format!("{prefix}{}", name.to_string_lossy());
    let here = folder.path().join(name);
    let linked = known == FileType::Symlink;
    let broken = |message: String| {
        let content = Content::Broken { source: String::new(), line: 0, at: 0, message, says: None };
        Read::Known(File { path: path.clone(), content })
    };
    let mut real = here.clone();
    let opened = if linked {
        match std::fs::canonicalize(&here) {
            Ok(target) => real = target,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(super::open_error(&here, error)),
            Err(error) => {
                found.files.push(broken(format!(
                    "this link leads nowhere ({error}); Traefik refuses the whole directory for it"
                )));
                return Ok(true);
            }
        }
        folder.open_file(&real, OFlags::RDONLY)
    } else {
        folder.open_file(name, OFlags::RDONLY)
    };
    let file = match opened {
        Ok(file) => file,
        // Gone, or a link now: whoever did that is still at it.
        Err(Errno::NOENT | Errno::LOOP) => return Ok(false),
        Err(Errno::NXIO) => {
            found.files.push(broken(IRREGULAR.into()));
            return Ok(true);
        }
        Err(error) => return Err(super::open_error(&here, error.into())),
    };
    let stat = rustix::fs::fstat(&file).with_context(|| format!("can't look at {}", here.display()))?;
    if is_null_device(&stat) {
        found.files.push(Read::Bytes(path, Vec::new()));
        return Ok(true);
    }
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        found.files.push(broken(IRREGULAR.into()));
        return Ok(true);
    }
    let bytes = whole(&file, stat.st_size as usize).with_context(|| format!("can't read {}", here.display()))?;
    found.files.push(Read::Bytes(path.clone(), bytes));
    found
        .origins
        .insert(path, Origin { real, linked, stamp: Stamp::of(&stat), names: stat.st_nlink, changed: changed(&stat) });
    Ok(true)
}

/// All bytes of a file, which are about so many. The standard library would ask for their number again, twice; of
/// thousands of files that is a good part of the time.
fn whole(file: &std::fs::File, size: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = Vec::with_capacity(size + 1);
    loop {
        bytes.reserve(1);
        match rustix::io::read(file, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => return Ok(bytes),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether this is `/dev/null`, with which people mask files; Traefik reads it as an empty file.
pub(super) fn is_null_device(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice && stat.st_rdev == rustix::fs::makedev(1, 3)
}

/// A text in UTF-16, which its first two bytes must say; Traefik reads YAML so.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, rest) = bytes[2..].as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    rest.is_empty().then(|| char::decode_utf16(units).collect::<Result<String, _>>().ok())?
}

/// What a file's bytes say.
pub fn content(path: &str, bytes: Vec<u8>) -> Content {
    let source = match String::from_utf8(bytes) {
        Ok(source) => source,
        Err(error) => {
            let bytes = error.as_bytes();
            let at = error.utf8_error().valid_up_to();
            let line = 1 + bytes[..at].iter().filter(|b| **b == b'\n').count();
            let format = Format::of(path).unwrap_or(Format::Yaml);
            if let Some(source) = utf_16(bytes).filter(|_| format == Format::Yaml) {
                return match Content::of(format, source) {
                    Content::Parsed(document) => Content::Parsed(document.transcoded()),
                    other => other,
                };
            }
            let message = "invalid UTF-8".into();
            let source = String::from_utf8_lossy(bytes).into_owned();
            return Content::Broken { source, line, at: at as u32, message, says: None };
        }
    };
    Content::of(Format::of(path).unwrap_or(Format::Yaml), source)
}
