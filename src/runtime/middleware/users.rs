//! The users of `basicAuth` and `digestAuth`: those in the file that `usersFile` names, then those that stand here.

use super::part::Part;
use super::{Broken, BrokenKind, is_folder};
use crate::surroundings::{Named, Surroundings};

/// Checks every user, and counts them; `None` where the file can't be seen from here. A user is made of so many
/// parts with colons between.
pub(super) fn check(
    part: &Part<'_, '_>,
    surroundings: &Surroundings,
    parts: usize,
    word: &str,
) -> Result<Option<usize>, Broken> {
    let is_user = |user: &str| user.split(':').count() == parts;
    let says = |user: &str| format!("error parsing {word}: {user}");
    let file = part.text("usersFile");
    let mut count = Some(0);
    if !file.is_empty() {
        let bad_file = |says: String| part.wrong("usersFile", BrokenKind::BadFile, says);
        match surroundings.named.get(&*file) {
            Some(Named::Read { bytes, .. }) => {
                let text = String::from_utf8_lossy(bytes);
                match lines(&text).find(|user| !is_user(user)) {
                    Some(wrong) => return Err(bad_file(says(wrong))),
                    None => count = Some(lines(&text).count()),
                }
            }
            Some(Named::Missing) => return Err(bad_file(format!("open {file}: no such file or directory"))),
            Some(Named::Unreadable(why)) if is_folder(why) => {
                return Err(bad_file(format!("read {file}: is a directory")));
            }
            // Traefik may be allowed to read it.
            Some(Named::Unreadable(_) | Named::Unmapped) | None => count = None,
        }
    }
    let users = part.list("users");
    for (number, user) in users.iter().enumerate() {
        if !is_user(&user.text) {
            return Err(part.wrong_item("users", (number, user), BrokenKind::BadValue, says(&user.text)));
        }
    }
    Ok(count.map(|count| count + users.len()))
}

/// The lines of a file of users that count.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
