//! What lints about middlewares share: each with its path, its users, and what Traefik refuses of it.

use super::{Lint, Subject};
use crate::document::Ref;
use crate::finding::{Finding, Location};
use crate::inventory::{Definition, Part};
use crate::name::Kind;
use crate::runtime::middleware::{BrokenKind, user_lines};
use crate::runtime::{Cause, Trouble};
use crate::schema::value;
use crate::surroundings::Named;

/// Each middleware that counts, with the path of keys to it.
pub(super) fn each<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (Kind, Definition<'a>, String)> {
    subject.inventory.definitions(Part::Middleware).map(|(kind, definition)| {
        let path = format!("{}.middlewares.{}", kind.as_str(), definition.name);
        (kind, definition, path)
    })
}

/// Each middleware that Traefik can't build for a reason of this sort: its name and the trouble.
pub(super) fn broken<'a>(
    subject: &'a Subject<'_>,
    is_meant: impl Fn(BrokenKind) -> bool,
) -> impl Iterator<Item = (&'a str, BrokenKind, &'a Trouble)> {
    subject.runtime.troubles.iter().filter_map(move |trouble| match &trouble.cause {
        Cause::BadMiddleware { name, kind } if is_meant(*kind) => Some((name.as_str(), *kind, trouble)),
        _ => None,
    })
}

/// What to do about a value of this sort.
pub(super) fn help(kind: BrokenKind) -> &'static str {
    match kind {
        BrokenKind::NoType => "give it a type, for example `addPrefix:`, or delete it",
        BrokenKind::SeveralTypes => "make a middleware of each, and name all of them in the router, or in a `chain`",
        BrokenKind::UnknownPlugin => "declare the plugin below `experimental.plugins` of the static configuration",
        BrokenKind::Missing => "give the value, or delete the middleware",
        BrokenKind::BadValue => "correct the value",
        BrokenKind::Conflict => "keep one of the values that exclude each other",
        BrokenKind::BadFile => {
            "correct the path, or what the file holds; of a container, say with --map CONTAINER=HOST where it lies here"
        }
        BrokenKind::Panic => {
            "give a user, or delete the middleware: Traefik takes up nothing more until it is restarted"
        }
    }
}

/// A user of `basicAuth` or `digestAuth`, and the secret that goes with the name.
pub(super) struct User<'a> {
    /// Whether it is one of `digestAuth`.
    pub(super) digest: bool,
    /// The name.
    pub(super) name: &'a str,
    /// What stands for the password.
    pub(super) secret: &'a str,
}

/// Calls back for each user, of files too; what is wrong with one becomes a finding with these words.
pub(super) fn check_users(
    lint: &Lint,
    subject: &Subject<'_>,
    found: &mut Vec<Finding>,
    judge: impl Fn(&User<'_>) -> Option<(String, &'static str)>,
) {
    for (_, definition, path) in each(subject) {
        for (kind, digest) in [("basicAuth", false), ("digestAuth", true)] {
            let Some(auth) = value::field(definition.value, kind) else { continue };
            if let Some(users) = value::field(auth, "users") {
                for (number, item) in value::list(users).iter().enumerate() {
                    if let Some((message, help)) = user(&item.text, digest).and_then(|user| judge(&user)) {
                        let at = Location::of(definition.file, item.span);
                        found.push(lint.at(at, format!("{path}.{kind}.users[{number}]"), message).help(help));
                    }
                }
            }
            let Some((node, text)) = users_file(auth, subject) else { continue };
            for line in user_lines(&text) {
                if let Some((message, help)) = user(line, digest).and_then(|user| judge(&user)) {
                    let at = Location::of(definition.file, node.span());
                    found.push(lint.at(at, format!("{path}.{kind}.usersFile"), message).help(help));
                }
            }
        }
    }
}

fn users_file<'d>(auth: Ref<'d>, subject: &Subject<'_>) -> Option<(Ref<'d>, String)> {
    let node = value::field(auth, "usersFile")?;
    match subject.surroundings.named.get(&*value::text(node)?)? {
        Named::Read { bytes, .. } => Some((node, String::from_utf8_lossy(bytes).into_owned())),
        _ => None,
    }
}

/// `name:secret`, or `name:realm:secret`; what is neither makes Traefik refuse the middleware.
fn user(text: &str, digest: bool) -> Option<User<'_>> {
    let mut parts = text.split(':');
    let name = parts.next()?;
    if digest {
        parts.next()?;
    }
    let secret = parts.next()?;
    parts.next().is_none().then_some(User { digest, name, secret })
}
