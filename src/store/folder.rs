//! Folders and files by descriptor: no path is walked twice, so nothing can be swapped underneath.

use super::access::{Access, copy_attributes, give, is_mine};
use super::read::Stamp;
use crate::error::{Code, Error};
use anyhow::{Context, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, StatxFlags, Timespec, Timestamps};
use rustix::io::{Errno, retry_on_intr};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The name of our working folder inside a managed directory.
pub(super) const STATE: &str = ".cloudlunacy";

/// The lock file's name in it.
pub(super) const LOCK: &str = "lock";

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);

/// An open directory.
pub(crate) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

/// A flushed file that waits for its place.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Staged {
    pub(super) name: String,
    /// It keeps this when it is renamed.
    pub(super) stamp: Stamp,
}

impl Folder {
    /// Opens the managed directory. Where its path is a link, that is followed once and for all.
    pub(super) fn managed(path: &Path) -> Result<Folder, Error> {
        let real = std::fs::canonicalize(path).map_err(|error| super::open_error(path, error))?;
        Folder::open(&real).map_err(|error| super::open_error(path, error.into()))
    }

    pub(crate) fn open(path: &Path) -> Result<Folder, Errno> {
        let fd = retry_on_intr(|| rustix::fs::open(path, FOLDER, Mode::empty()))?;
        Ok(Folder { fd, path: path.to_owned() })
    }

    /// Opens a folder in this one; never follows a link.
    pub(crate) fn below(&self, name: impl AsRef<OsStr>) -> Result<Folder, Errno> {
        let name = name.as_ref();
        let fd = retry_on_intr(|| rustix::fs::openat(&self.fd, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()))?;
        Ok(Folder { fd, path: self.path.join(name) })
    }

    /// The folder in which `path` lies, and its last name; links in between are followed.
    pub(super) fn parent_of(path: &Path) -> Result<(Folder, OsString), Errno> {
        let name = path.file_name().unwrap_or_default().to_owned();
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok((Folder::open(parent)?, name))
    }

    /// The folder in which `path` below this one lies, and its last name; no link is followed.
    pub(super) fn parent_below(&self, path: &str) -> Result<(Folder, OsString), Errno> {
        let mut names: Vec<&str> = path.split('/').collect();
        let name = names.pop().unwrap_or_default().into();
        let mut folder =
            Folder { fd: retry_on_intr(|| rustix::io::fcntl_dupfd_cloexec(&self.fd, 0))?, path: self.path.clone() };
        for name in names {
            folder = folder.below(name)?;
        }
        Ok((folder, name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn stat(&self) -> Result<Stat> {
        retry_on_intr(|| rustix::fs::fstat(&self.fd)).with_context(|| format!("can't look at {}", self.path.display()))
    }

    /// What tells apart the mounts between which nothing can be renamed.
    pub(super) fn mount(&self) -> Result<(u64, u64)> {
        let device = self.stat()?.st_dev;
        // A bind mount has the device of what it shows. Kernels before 5.8 don't tell.
        let mount = retry_on_intr(|| rustix::fs::statx(&self.fd, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID))
            .map_or(0, |s| s.stx_mnt_id);
        Ok((device, mount))
    }

    /// `.cloudlunacy/`, made if need be. A link in its place is refused.
    pub(super) fn state_folder(&self) -> Result<Folder, Error> {
        let state = match self.below(STATE) {
            Err(Errno::NOENT) => {
                let mode = self.state_folder_access()?.mode;
                match exactly(|| rustix::fs::mkdirat(&self.fd, STATE, Mode::from_raw_mode(mode & 0o777))) {
                    Ok(()) => self.flush().with_context(|| format!("can't flush {}", self.path.display()))?,
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(super::open_error(&self.path, error.into())),
                }
                self.below(STATE)
            }
            opened => opened,
        };
        let state = state.map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => {
                Error::new(Code::Io, format!("{} is not a directory of ours", self.path.join(STATE).display()))
                    .hint("remove it: cloudlunacy keeps its lock and staged files there and follows no link")
            }
            error => super::open_error(&self.path.join(STATE), error.into()),
        })?;
        // Whoever was killed while making it, or before the directory was shared, left it too narrow.
        let stat = state.stat()?;
        let access = self.state_folder_access()?;
        if (stat.st_gid, stat.st_mode & 0o7777) != (access.group, access.mode) && is_mine(&stat) {
            give(&state.fd, access).with_context(|| format!("can't set the mode of {}", state.path.display()))?;
        }
        Ok(state)
    }

    fn state_folder_access(&self) -> Result<Access> {
        let access = self.state_access()?;
        Ok(Access { mode: if access.mode & 0o020 != 0 { 0o2775 } else { 0o755 }, ..access })
    }

    /// What files of ours get: as private as the directory allows its users to share.
    pub(super) fn state_access(&self) -> Result<Access> {
        let stat = self.stat()?;
        let shared = stat.st_mode & 0o020 != 0;
        Ok(Access { mode: if shared { 0o660 } else { 0o600 }, owner: stat.st_uid, group: stat.st_gid })
    }

    /// What a new configuration file gets: readable by all, writable by those who may write the directory.
    pub(super) fn file_access(&self) -> Result<Access> {
        let access = self.state_access()?;
        Ok(Access { mode: if access.mode & 0o020 != 0 { 0o664 } else { 0o644 }, ..access })
    }

    /// Opens a file in this folder; never follows a link, never waits for a FIFO.
    pub(super) fn open_file(&self, name: impl AsRef<OsStr>, flags: OFlags) -> Result<File, Errno> {
        self.open_mode(name.as_ref(), flags, Mode::RUSR | Mode::WUSR)
    }

    fn open_mode(&self, name: &OsStr, flags: OFlags, mode: Mode) -> Result<File, Errno> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        retry_on_intr(|| rustix::fs::openat(&self.fd, name, flags, mode)).map(File::from)
    }

    /// The lock file, which is made once and never removed. To be asked of `.cloudlunacy/`.
    pub(super) fn lock_file(&self) -> Result<File, Error> {
        let access = self.state_access()?;
        let refused = |error: Errno| match error {
            Errno::LOOP | Errno::ISDIR => not_the_lock(&self.path),
            error => super::open_error(&self.path.join(LOCK), error.into()),
        };
        let file = match self.open_file(LOCK, OFlags::RDWR) {
            Err(Errno::NOENT) => {
                self.ignore_for_git();
                let mode = Mode::from_raw_mode(access.mode);
                exactly(|| self.open_mode(LOCK.as_ref(), OFlags::RDWR | OFlags::CREATE, mode)).map_err(refused)?
            }
            opened => opened.map_err(refused)?,
        };
        let stat = rustix::fs::fstat(&file).context("can't look at the lock file")?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(not_the_lock(&self.path));
        }
        self.share(&file, &stat)?;
        Ok(file)
    }

    /// Gives a file of ours the mode that it has to have by now: the directory may have come to be shared.
    pub(super) fn share(&self, file: &File, stat: &Stat) -> Result<()> {
        let access = self.state_access()?;
        if (stat.st_gid, stat.st_mode & 0o7777) != (access.group, access.mode) && is_mine(stat) {
            give(file, access).with_context(|| format!("can't set the mode of a file in {}", self.path.display()))?;
        }
        Ok(())
    }

    /// The folder lies in directories that people keep in git; nothing in it is to be committed.
    fn ignore_for_git(&self) {
        // Nothing depends on it; if the disk is full, the change itself will say so.
        if let Ok(access) = self.file_access() {
            let _ = self.write_new(".gitignore", b"*\n", access, None);
        }
    }

    /// Reads a small file of ours; `None` where there is none.
    pub(crate) fn read_own(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.open_file(name, OFlags::RDONLY) {
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("can't read {}", self.path.join(name).display())),
            Ok(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes)
                    .with_context(|| format!("can't read {}", self.path.join(name).display()))?;
                Ok(Some(bytes))
            }
        }
    }

    /// Writes a file that must not be there yet, flushed, with the extended attributes of `like`.
    fn write_new(&self, name: &str, bytes: &[u8], access: Access, like: Option<&File>) -> Result<Stamp> {
        let path = self.path.join(name);
        let shown = path.display();
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let mut file = self.open_file(name, flags).map_err(|error| super::write_error(&path, error))?;
        let written = (|| {
            file.write_all(bytes).with_context(|| format!("can't write {shown}"))?;
            give(&file, access).with_context(|| format!("can't set the mode of {shown}"))?;
            if let Some(like) = like {
                copy_attributes(&file, like);
            }
            retry_on_intr(|| rustix::fs::fsync(&file)).with_context(|| format!("can't flush {shown}"))?;
            let stat = rustix::fs::fstat(&file).with_context(|| format!("can't look at {shown}"))?;
            Ok(Stamp::of(&stat))
        })();
        if written.is_err() {
            self.remove(name).ok();
        }
        written
    }

    /// Stages bytes under a random name: a pid would clash with a dead run's.
    pub(super) fn stage(&self, prefix: &str, bytes: &[u8], access: Access, like: Option<&File>) -> Result<Staged> {
        let name = random_name(prefix);
        let stamp = self.write_new(&name, bytes, access, like)?;
        Ok(Staged { name, stamp })
    }

    /// Adds lines to the end of a file of ours, flushed: all of them or none.
    pub(crate) fn append(&self, name: &str, lines: &[u8]) -> Result<()> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::APPEND;
        let mut file = self.open_file(name, flags)?;
        let stat = rustix::fs::fstat(&file)?;
        self.share(&file, &stat)?;
        let length = stat.st_size as u64;
        let mut last = *b"\n";
        if length > 0 {
            file.read_exact_at(&mut last, length - 1)?;
        }
        // Who died in the middle of a line has not been believed; the next one begins a line of its own.
        let begun: &[u8] = if last == *b"\n" { b"" } else { b"\n" };
        let written = file.write_all(&[begun, lines].concat());
        let flushed = written.and_then(|()| Ok(retry_on_intr(|| rustix::fs::fsync(&file))?));
        if flushed.is_err() {
            file.set_len(length)?;
        }
        if length == 0 {
            self.flush()?;
        }
        Ok(flushed?)
    }

    /// Puts a file of ours into its place in this folder, whole; where that fails, nothing is left of it.
    pub(crate) fn put_own(&self, prefix: &str, name: &str, bytes: &[u8]) -> Result<()> {
        let staged = self.stage(prefix, bytes, self.state_access()?, None)?;
        Ok(self.put_staged(&staged.name, name)?)
    }

    /// Puts what was staged here into its place here; where that fails, nothing is left of it.
    pub(super) fn put_staged(&self, staged: &str, name: &str) -> Result<(), Errno> {
        let placed = self.rename_into(staged, self, name);
        if placed.is_err() {
            self.remove(staged).ok();
        }
        placed
    }

    /// Stages bytes that may be lost with the power.
    pub(super) fn stage_unflushed(&self, prefix: &str, bytes: &[u8], access: Access) -> Result<String> {
        let name = random_name(prefix);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let mut file = self.open_file(&name, flags)?;
        let written = file.write_all(bytes).map_err(anyhow::Error::from).and_then(|()| Ok(give(&file, access)?));
        if written.is_err() {
            self.remove(&name).ok();
        }
        written.map(|()| name)
    }

    /// A new file of ours, empty. To be asked of `.cloudlunacy/`.
    pub(super) fn new_own_file(&self, name: &str) -> Result<File> {
        let access = self.state_access()?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let file = exactly(|| self.open_mode(name.as_ref(), flags, Mode::from_raw_mode(access.mode)))?;
        give(&file, access)?;
        Ok(file)
    }

    pub(crate) fn remove(&self, name: impl AsRef<OsStr>) -> Result<(), Errno> {
        let name = name.as_ref();
        retry_on_intr(|| rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()))
    }

    /// Moves a file into another folder, over what is there.
    pub(super) fn rename_into(&self, name: &str, to: &Folder, new: impl AsRef<OsStr>) -> Result<(), Errno> {
        let new = new.as_ref();
        retry_on_intr(|| rustix::fs::renameat(&self.fd, name, &to.fd, new))
    }

    /// Moves a file to where there must be none.
    pub(super) fn rename_new(&self, name: &str, to: &Folder, new: impl AsRef<OsStr>) -> Result<(), Errno> {
        let new = new.as_ref();
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match retry_on_intr(|| rustix::fs::renameat_with(&self.fd, name, &to.fd, new, flags)) {
            // Not every file system knows the flag; the lock keeps other cloudlunacys out.
            Err(Errno::INVAL | Errno::NOSYS) if to.file_type(new).is_none() => self.rename_into(name, to, new),
            renamed => renamed,
        }
    }

    /// What a name here is, without following a link; `None` where there is nothing.
    pub(super) fn file_type(&self, name: impl AsRef<OsStr>) -> Option<FileType> {
        self.look_at(name).ok().map(|stat| FileType::from_raw_mode(stat.st_mode))
    }

    /// What is known of a name here, without following a link.
    pub(super) fn look_at(&self, name: impl AsRef<OsStr>) -> Result<Stat, Errno> {
        let name = name.as_ref();
        retry_on_intr(|| rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW))
    }

    /// What tells the present state of a file here from another; `None` where there is none.
    pub(super) fn stamp(&self, name: impl AsRef<OsStr>) -> Result<Option<Stamp>, Errno> {
        match self.look_at(name) {
            Ok(stat) => Ok(Some(Stamp::of(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What speaks against trusting locks and flushes here.
    pub(super) fn doubts(&self) -> Option<String> {
        const NETWORK: [(u32, &str); 4] =
            [(0x6969, "NFS"), (0xff53_4d42, "CIFS"), (0xfe53_4d42, "SMB"), (0x0102_1997, "9p")];
        let found = retry_on_intr(|| rustix::fs::fstatfs(&self.fd)).ok()?.f_type as u32;
        let (_, name) = NETWORK.iter().find(|(magic, _)| *magic == found)?;
        Some(format!(
            "{} lies on {name}, where locks and flushes hold only with some servers: change it from one machine only",
            self.path.display()
        ))
    }

    pub(crate) fn flush(&self) -> Result<(), Errno> {
        retry_on_intr(|| rustix::fs::fsync(&self.fd))
    }

    /// Sets the folder's own times, which makes Traefik load it once.
    pub(super) fn touch(&self) -> Result<(), Errno> {
        let now = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
        retry_on_intr(|| rustix::fs::futimens(&self.fd, &Timestamps { last_access: now, last_modification: now }))
    }

    /// The names here, without `.` and `..`.
    pub(crate) fn names(&self) -> Result<Vec<OsString>> {
        let entries = retry_on_intr(|| rustix::fs::Dir::read_from(&self.fd))
            .with_context(|| format!("can't list {}", self.path.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("can't list {}", self.path.display()))?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(OsString::from_vec(name.to_vec()));
            }
        }
        Ok(names)
    }
}

fn random_name(prefix: &str) -> String {
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!("{prefix}{random:016x}")
}

/// Makes something with the very mode it is given: it is right from the first moment, whoever dies then.
fn exactly<T>(make: impl FnOnce() -> T) -> T {
    let mask = rustix::process::umask(Mode::empty());
    let made = make();
    rustix::process::umask(mask);
    made
}

fn not_the_lock(state: &Path) -> Error {
    Error::new(Code::Io, format!("{} is not a file of ours", state.join(LOCK).display()))
        .hint("remove it: cloudlunacy locks a plain file there and follows no link")
}
