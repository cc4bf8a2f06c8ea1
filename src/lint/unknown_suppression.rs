//! A comment allows a rule that does not exist, or can't be understood.

use super::{Lint, Subject, find, suppress};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "unknown-suppression",
    severity: Severity::Warning,
    summary: "A comment that allows a rule which does not exist",
    explanation: "A comment `# cloudlunacy: allow(rule-name) reason` allows what the rule finds in its line, in the next \
                  line if it stands alone, or in the whole file if it stands before the first key. This one names no rule \
                  that there is, so it allows nothing. `cloudlunacy explain` lists the names.",
    bad: &[(
        "routes.yml",
        "# cloudlunacy: allow(unknown-servise) comes from another tool\nhttp:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    good: &[(
        "routes.yml",
        "# cloudlunacy: allow(unknown-service) comes from another tool\nhttp:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for allowance in suppress::all(subject) {
        let finding = match allowance.rule {
            Some(rule) if find(rule).is_some() => continue,
            Some(rule) => lint
                .at(allowance.at, "", format!("there is no rule {rule:?} to allow"))
                .help("`cloudlunacy explain` lists the names of all rules"),
            None => lint
                .at(allowance.at, "", "this comment allows nothing")
                .help("write `# cloudlunacy: allow(rule-name) reason`"),
        };
        found.push(finding);
    }
}
