//! A user whose password stands there as it is, and not hashed.

use super::middlewares::{self, User};
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "plaintext-password",
    severity: Severity::Warning,
    summary: "A password that is not hashed",
    explanation: "Traefik takes what follows the user's name for a hash: of basicAuth bcrypt, MD5 (apr1) or SHA-1, of \
                  digestAuth the MD5 of name:realm:password. Nothing else ever fits, so that this user can't log in, \
                  and the password can be read in the file. `htpasswd -nBC 10 NAME` and `htdigest` make hashes.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    auth:\n      basicAuth:\n        users: admin:secret\n")],
    good: &[(
        "routes.yml",
        "http:\n  middlewares:\n    auth:\n      basicAuth:\n        users: admin:$2y$10$jLbzDmQ0rXVVCvzWcvmwDuU0qRQWVmUHtBSXqFJsWOyFcmyl5Zgq6\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    middlewares::check_users(lint, subject, found, |user| {
        let is_hash = if user.digest { is_digest(user.secret) } else { is_hash(user) };
        let help = match user.digest {
            _ if user.secret.contains("$$") => "write each $ once: only compose files need it twice",
            _ if user.secret.contains("${") => "Traefik fills in no variables: put the hash itself there",
            true => "put the MD5 of name:realm:password there, as `htdigest` writes it",
            false => "put a hash there, as `htpasswd -nBC 10 NAME` prints it",
        };
        let message = || format!("the password of {:?} is not hashed, and never fits", user.name);
        (!is_hash).then(|| (message(), help))
    });
}

fn is_digest(secret: &str) -> bool {
    secret.len() == 32 && secret.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_hash(user: &User<'_>) -> bool {
    let known = ["{SHA}", "$1$", "$apr1$", "$2a$", "$2b$", "$2x$", "$2y$"];
    known.iter().any(|prefix| user.secret.starts_with(prefix))
}
