//! A hashed password that is guessed too fast.

use super::middlewares;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "weak-password-hash",
    severity: Severity::Warning,
    summary: "A password hash that is guessed too fast",
    explanation: "Who gets at the file can try millions of passwords in a second against SHA-1 and MD5 (apr1), and \
                  thousands against bcrypt with a low cost. `htpasswd -nBC 10 NAME` makes a hash with bcrypt at cost \
                  10; without -C htpasswd takes 5.",
    bad: &[(
        "routes.yml",
        "http:\n  middlewares:\n    auth:\n      basicAuth:\n        users: admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  middlewares:\n    auth:\n      basicAuth:\n        users: admin:$2y$10$jLbzDmQ0rXVVCvzWcvmwDuU0qRQWVmUHtBSXqFJsWOyFcmyl5Zgq6\n",
    )],
    check,
};

/// Below this cost bcrypt is weak.
const LOWEST_COST: u32 = 8;

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    middlewares::check_users(lint, subject, found, |user| {
        let weakness = match user.secret {
            _ if user.digest => return None,
            secret if secret.starts_with("{SHA}") => "SHA-1 without salt".to_owned(),
            secret if secret.starts_with("$apr1$") || secret.starts_with("$1$") => "MD5".to_owned(),
            secret => format!("bcrypt at cost {}", cost(secret).filter(|cost| *cost < LOWEST_COST)?),
        };
        let message = format!("the password of {:?} is hashed with {weakness}", user.name);
        Some((message, "make a new hash with `htpasswd -nBC 10 NAME`"))
    });
}

/// The cost of a bcrypt hash.
fn cost(secret: &str) -> Option<u32> {
    secret.strip_prefix("$2")?.split('$').nth(1)?.parse().ok()
}
