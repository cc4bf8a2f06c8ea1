//! Folders and files by descriptor: no path is walked twice, so nothing can be swapped underneath.

use super::read::Stamp;
use crate::error::{Code, Error};
use anyhow::{Context, Result};
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid};
use rustix::io::{Errno, retry_on_intr};
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

/// The name of our working folder inside a managed directory.
pub(super) const STATE: &str = ".cloudlunacy";

/// An open directory.
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

/// Mode, owner and group that a new file gets.
#[derive(Clone, Copy)]
pub(super) struct Access {
    pub(super) mode: u32,
    pub(super) owner: u32,
    pub(super) group: u32,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Folder, Error> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        match retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty())) {
            Ok(fd) => Ok(Folder { fd, path: path.to_owned() }),
            Err(error) => Err(super::open_error(path, error.into())),
        }
    }

    /// The folder in which `path` lies, and its last name; links in between are followed.
    pub(super) fn parent_of(path: &Path) -> Result<(Folder, String), Error> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok((Folder::open(parent)?, name))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn stat(&self) -> Result<Stat> {
        retry_on_intr(|| rustix::fs::fstat(&self.fd)).with_context(|| format!("can't look at {}", self.path.display()))
    }

    /// `.cloudlunacy/`, made if need be. A link in its place is refused.
    pub(super) fn state_folder(&self) -> Result<Folder, Error> {
        let path = self.path.join(STATE);
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let open = || retry_on_intr(|| rustix::fs::openat(&self.fd, STATE, flags, Mode::empty()));
        let (fd, fresh) = match open() {
            Err(Errno::NOENT) => {
                match retry_on_intr(|| rustix::fs::mkdirat(&self.fd, STATE, Mode::from_raw_mode(0o755))) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(super::open_error(&self.path, error.into())),
                }
                (open(), true)
            }
            opened => (opened, false),
        };
        let fd = fd.map_err(|error| match error {
            Errno::LOOP | Errno::NOTDIR => {
                Error::new(Code::Io, format!("{} is not a directory of ours", path.display()))
                    .hint("remove it: cloudlunacy keeps its lock and staged files there and follows no link")
            }
            error => super::open_error(&path, error.into()),
        })?;
        let state = Folder { fd, path };
        if fresh {
            let access = self.state_access()?;
            state.give(&state.fd, Access { mode: if access.mode & 0o020 != 0 { 0o2775 } else { 0o755 }, ..access })?;
            // The folder lies in directories that people keep in git; nothing in it is to be committed.
            state.write_new(".gitignore", b"*\n", access)?;
        }
        Ok(state)
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

    /// Sets mode and, as far as this user may, owner and group. The umask has no say.
    fn give(&self, fd: &OwnedFd, access: Access) -> Result<()> {
        let stat = retry_on_intr(|| rustix::fs::fstat(fd))?;
        if (stat.st_uid, stat.st_gid) != (access.owner, access.group) {
            let (owner, group) = (Uid::from_raw(access.owner), Gid::from_raw(access.group));
            if retry_on_intr(|| rustix::fs::fchown(fd, Some(owner), Some(group))).is_err() {
                // Only root gives files away; the group is still worth keeping.
                let _ = retry_on_intr(|| rustix::fs::fchown(fd, None, Some(group)));
            }
        }
        retry_on_intr(|| rustix::fs::fchmod(fd, Mode::from_raw_mode(access.mode)))
            .with_context(|| format!("can't set the mode of a file in {}", self.path.display()))
    }

    /// Opens a file in this folder; never follows a link, never waits for a FIFO.
    pub(super) fn open_file(&self, name: &str, flags: OFlags) -> Result<File, Errno> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        retry_on_intr(|| rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600))).map(File::from)
    }

    /// The lock file, which is made once and never removed.
    pub(super) fn lock_file(&self) -> Result<File, Error> {
        let flags = OFlags::RDWR | OFlags::CREATE;
        let file =
            self.open_file("lock", flags).map_err(|error| super::open_error(&self.path.join("lock"), error.into()))?;
        let access = self.state_access()?;
        let stat = rustix::fs::fstat(&file).context("can't look at the lock file")?;
        if stat.st_uid == rustix::process::geteuid().as_raw() && stat.st_mode & 0o777 != access.mode {
            let fd = OwnedFd::from(file);
            self.give(&fd, access)?;
            return Ok(File::from(fd));
        }
        Ok(file)
    }

    /// Reads a small file of ours; `None` where there is none.
    pub(super) fn read_own(&self, name: &str) -> Result<Option<Vec<u8>>> {
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

    /// Who owns a file here, without following a link.
    pub(super) fn owner_of(&self, name: &str) -> Result<u32> {
        let stat = retry_on_intr(|| rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW))?;
        Ok(stat.st_uid)
    }

    /// Writes a file that must not be there yet, flushed.
    pub(super) fn write_new(&self, name: &str, bytes: &[u8], access: Access) -> Result<()> {
        let path = self.path.join(name);
        let shown = path.display();
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let mut file = match self.open_file(name, flags) {
            Err(Errno::EXIST) if name == ".gitignore" => return Ok(()),
            opened => opened.with_context(|| format!("can't create {shown}"))?,
        };
        let written = (|| {
            file.write_all(bytes).with_context(|| format!("can't write {shown}"))?;
            let fd = OwnedFd::from(file);
            self.give(&fd, access)?;
            retry_on_intr(|| rustix::fs::fsync(&fd)).with_context(|| format!("can't flush {shown}"))
        })();
        if written.is_err() {
            self.remove(name).ok();
        }
        written
    }

    /// Stages bytes under a random name: a pid would clash with a dead run's.
    pub(super) fn stage(&self, prefix: &str, bytes: &[u8], access: Access) -> Result<String> {
        let random = std::hash::RandomState::new().build_hasher().finish();
        let name = format!("{prefix}{random:016x}");
        self.write_new(&name, bytes, access)?;
        Ok(name)
    }

    /// Copies extended attributes (ACLs, SELinux labels) as far as this user may.
    pub(super) fn copy_attributes(&self, name: &str, from: &File) {
        let Ok(to) = self.open_file(name, OFlags::RDONLY) else { return };
        let mut names = vec![0u8; 64 * 1024];
        let Ok(len) = rustix::fs::flistxattr(from, &mut names[..]) else { return };
        for attribute in names[..len].split(|b| *b == 0).filter(|n| !n.is_empty()) {
            let mut value = vec![0u8; 64 * 1024];
            if let Ok(len) = rustix::fs::fgetxattr(from, attribute, &mut value[..]) {
                let _ = rustix::fs::fsetxattr(&to, attribute, &value[..len], rustix::fs::XattrFlags::empty());
            }
        }
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), Errno> {
        retry_on_intr(|| rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()))
    }

    /// Moves a file into another folder, over what is there.
    pub(super) fn rename_into(&self, name: &str, to: &Folder, new: &str) -> Result<(), Errno> {
        retry_on_intr(|| rustix::fs::renameat(&self.fd, name, &to.fd, new))
    }

    /// Moves a file to where there must be none.
    pub(super) fn rename_new(&self, name: &str, to: &Folder, new: &str) -> Result<(), Errno> {
        let flags = rustix::fs::RenameFlags::NOREPLACE;
        match retry_on_intr(|| rustix::fs::renameat_with(&self.fd, name, &to.fd, new, flags)) {
            // Not every file system knows the flag; the lock keeps other cloudlunacys out.
            Err(Errno::INVAL | Errno::NOSYS) if to.file_type(new).is_none() => self.rename_into(name, to, new),
            renamed => renamed,
        }
    }

    /// What a name here is, without following a link; `None` where there is nothing.
    pub(super) fn file_type(&self, name: &str) -> Option<FileType> {
        let stat = retry_on_intr(|| rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)).ok()?;
        Some(FileType::from_raw_mode(stat.st_mode))
    }

    /// What tells the present state of a file here from another.
    pub(super) fn stamp(&self, name: &str) -> Option<Stamp> {
        retry_on_intr(|| rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW))
            .ok()
            .map(|stat| Stamp::of(&stat))
    }

    pub(super) fn flush(&self) -> Result<(), Errno> {
        retry_on_intr(|| rustix::fs::fsync(&self.fd))
    }

    /// Sets the folder's own times, which makes Traefik load it once.
    pub(super) fn touch(&self) -> Result<(), Errno> {
        let now = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_NOW };
        retry_on_intr(|| rustix::fs::futimens(&self.fd, &Timestamps { last_access: now, last_modification: now }))
    }

    /// The names here, without `.` and `..`.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let entries =
            rustix::fs::Dir::read_from(&self.fd).with_context(|| format!("can't list {}", self.path.display()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.with_context(|| format!("can't list {}", self.path.display()))?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                names.push(String::from_utf8_lossy(name).into_owned());
            }
        }
        Ok(names)
    }
}
