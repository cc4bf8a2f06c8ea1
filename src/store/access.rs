//! Who may read and write a file, and what else clings to it.

use rustix::fs::{Gid, Mode, Stat, Uid};
use rustix::io::{Errno, retry_on_intr};
use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt;

/// Mode, owner and group that a new file gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) mode: u32,
    pub(crate) owner: u32,
    pub(crate) group: u32,
}

/// Whether this user may set a file's mode.
pub(super) fn is_mine(stat: &Stat) -> bool {
    let user = rustix::process::geteuid();
    user.is_root() || user.as_raw() == stat.st_uid
}

/// Sets mode and, as far as this user may, owner and group. The umask has no say.
pub(super) fn give(file: impl std::os::fd::AsFd, access: Access) -> Result<(), Errno> {
    let mut stat = retry_on_intr(|| rustix::fs::fstat(&file))?;
    if (stat.st_uid, stat.st_gid) != (access.owner, access.group) {
        let (owner, group) = (Uid::from_raw(access.owner), Gid::from_raw(access.group));
        if retry_on_intr(|| rustix::fs::fchown(&file, Some(owner), Some(group))).is_err() {
            // Only root gives files away; the group is still worth keeping.
            let _ = retry_on_intr(|| rustix::fs::fchown(&file, None, Some(group)));
        }
        stat = retry_on_intr(|| rustix::fs::fstat(&file))?;
    }
    // Some file systems know one mode only, and refuse to be told even that.
    if stat.st_mode & 0o7777 == access.mode {
        return Ok(());
    }
    retry_on_intr(|| rustix::fs::fchmod(&file, Mode::from_raw_mode(access.mode)))
}

/// Copies extended attributes (ACLs, SELinux labels) as far as this user may, and takes away inherited ones.
pub(super) fn copy_attributes(to: &File, from: &File) {
    let Some(wanted) = attributes(from) else { return };
    for inherited in attributes(to).unwrap_or_default().into_iter().filter(|name| !wanted.contains(name)) {
        let _ = rustix::fs::fremovexattr(to, inherited);
    }
    for name in wanted {
        let mut value = vec![0u8; 64 * 1024];
        if let Ok(len) = rustix::fs::fgetxattr(from, &name, &mut value[..]) {
            let _ = rustix::fs::fsetxattr(to, &name, &value[..len], rustix::fs::XattrFlags::empty());
        }
    }
}

fn attributes(file: &File) -> Option<Vec<OsString>> {
    let mut names = vec![0u8; 64 * 1024];
    let len = rustix::fs::flistxattr(file, &mut names[..]).ok()?;
    let names = names[..len].split(|b| *b == 0).filter(|name| !name.is_empty());
    Some(names.map(|name| OsString::from_vec(name.to_vec())).collect())
}
