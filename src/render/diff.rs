//! The unified diff of a change, as `patch -p1` takes it.

use crate::store::FileChange;
use similar::TextDiff;

/// All files of a change, one after the other.
pub(super) fn unified(files: &[FileChange]) -> String {
    files.iter().map(one).collect()
}

fn one(file: &FileChange) -> String {
    let (old, new) = (file.old.as_deref().unwrap_or_default(), file.new.as_deref().unwrap_or_default());
    let name = |prefix: &str, there: bool| match there {
        // A tab ends a name that holds spaces, for patch as for git.
        true if file.path.contains(' ') => format!("{prefix}/{}\t", file.path),
        true => format!("{prefix}/{}", file.path),
        false => "/dev/null".to_owned(),
    };
    let diff = TextDiff::from_lines(old, new);
    let (old_name, new_name) = (name("a", file.old.is_some()), name("b", file.new.is_some()));
    diff.unified_diff().context_radius(3).header(&old_name, &new_name).to_string()
}
