//! A comment allows what is not there.

use super::suppress::Allowance;
use super::{Lint, Subject, find};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: super::UNUSED_SUPPRESSION,
    severity: Severity::Warning,
    summary: "A comment that allows what is not found there",
    explanation: "The rule finds nothing where the comment holds: in its line, in the next line if it stands alone, or in \
                  the whole file if it stands before the first key. Left behind, the comment would hide the next mistake \
                  in that place. Remove it, or move it to the line that the finding names.",
    bad: &[(
        "routes.yml",
        "# cloudlunacy: allow(unknown-service) comes from another tool\nhttp:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    good: &[(
        "routes.yml",
        "# This comment allows nothing.\nhttp:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

/// Only once everything is found can be said what was for nothing; see [`finding`].
fn check(_lint: &Lint, _subject: &Subject<'_>, _found: &mut Vec<Finding>) {}

/// What is to be said of an allowance that allowed nothing; none where its rule does not exist.
pub(super) fn finding(allowance: &Allowance<'_>) -> Option<Finding> {
    let rule = allowance.rule.filter(|rule| find(rule).is_some())?;
    let message = format!("{rule} finds nothing here to allow");
    Some(LINT.at(allowance.at, "", message).help("remove the comment, or move it to the line of the finding"))
}
