//! Releases of Traefik, and what changed between them.

use crate::error::{Code, Error};
use std::fmt;

/// A release of Traefik, `3.7` or `3.7.15`. A minor alone means its newest patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl Release {
    /// The newest that is known.
    pub const NEWEST: Release = Release { minor: 7, patch: u32::MAX };

    /// Reads a release from 3.0 to 3.7.
    pub fn parse(text: &str) -> Result<Release, Error> {
        let bad = || {
            Error::new(Code::BadValue, format!("{text:?} is no Traefik release that this tool knows"))
                .hint("give a release from 3.0 to 3.7, for example 3.7 or 3.6.15")
        };
        let mut numbers = text.trim_start_matches('v').split('.').map(|n| n.parse::<u32>().ok());
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Some(3)), Some(Some(minor @ 0..=7)), None, None) => Ok(Release { minor, patch: u32::MAX }),
            (Some(Some(3)), Some(Some(minor @ 0..=7)), Some(Some(patch)), None) => Ok(Release { minor, patch }),
            _ => Err(bad()),
        }
    }

    /// Whether this release is `minor.patch` or newer.
    pub fn since(self, minor: u32, patch: u32) -> bool {
        self >= Release { minor, patch }
    }

    /// Whether this release has what came with 3.6.`six` and with 3.7.`seven`.
    pub fn has_fix(self, six: u32, seven: u32) -> bool {
        if self.minor == 6 { self.patch >= six } else { self.since(7, seven) }
    }

    /// Whether `*.example.com` works in `Host` and `HostSNI`. Measured: from 3.7.0 on; before, `Host` never
    /// matches it and `HostSNI` is refused.
    pub fn has_wildcard_hosts(self) -> bool {
        self.since(7, 0)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.patch {
            u32::MAX => write!(f, "3.{}", self.minor),
            patch => write!(f, "3.{}.{patch}", self.minor),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_ordered_and_a_minor_means_its_newest_patch() {
        assert!(Release::parse("3.7").unwrap().has_wildcard_hosts());
        assert!(!Release::parse("3.6.15").unwrap().has_wildcard_hosts());
        assert!(
            Release::parse("4.0").is_err() && Release::parse("2.11").is_err() && Release::parse("3.7.1.1").is_err()
        );
        assert!(Release::parse("3.6").unwrap() > Release::parse("3.6.15").unwrap());
        assert!(Release::parse("3.6").unwrap() < Release::parse("3.7.0").unwrap());
    }
}
