//! A key at the top of a file that is none of Traefik's sections.

use super::usage::listed;
use super::{Lint, Subject};
use crate::document::Span;
use crate::finding::{Finding, Location, Severity};
use crate::name::nearest::nearest;
use crate::schema::RemarkKind;
use crate::schema::table;
use crate::static_config::is_section;

pub(super) static LINT: Lint = Lint {
    name: "unknown-section",
    severity: Severity::Warning,
    summary: "A key at the top of a file that is none of Traefik's sections",
    explanation: "Traefik passes over every key at the top of a file but http, tcp, udp and tls, with all that is below it, \
                  and says nothing. Keys that begin with x- or a dot are left alone: they hold anchors by custom.",
    bad: &[("routes.yml", "htttp:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n")],
    good: &[(
        "routes.yml",
        "x-common: &common\n  entryPoints: [web]\nhttp:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // Of a file that holds much else, one finding says so.
    let mut rest: Option<(usize, Span, Vec<&str>)> = None;
    let flush = |rest: Option<(usize, Span, Vec<&str>)>, found: &mut Vec<Finding>| {
        let Some((file, span, names)) = rest else { return };
        let message = match names.as_slice() {
            [name] => format!("{name:?} is no section of Traefik's; all below it is passed over"),
            _ => format!("{} are no sections of Traefik's; all below them is passed over", listed(&names)),
        };
        let finding = lint.at(Location::of(file, span), names.first().copied().unwrap_or_default(), message);
        found.push(finding.help("begin a key with x- if it is meant to hold anchors, else take it away"));
    };
    for (file, remark) in subject.loading.remarks() {
        let RemarkKind::UnknownSection { name } = &remark.kind else { continue };
        if name.starts_with(['x', 'X']) && name[1..].starts_with('-') || name.starts_with('.') || is_section(name) {
            continue;
        }
        let root = table::root();
        let help = if let Some(near) = nearest(name, root.fields.iter().map(|field| field.name())) {
            format!("write {near}")
        } else if let Some(section) = root.fields.iter().find(|field| field.find_in_any(name).is_some()) {
            format!("{name} stands below {}", section.name())
        } else {
            match &mut rest {
                Some((of, _, names)) if *of == file => names.push(name),
                _ => flush(rest.replace((file, remark.span, vec![name])), found),
            }
            continue;
        };
        let message = format!("{name:?} is no section of Traefik's; all below it is passed over");
        found.push(lint.at(Location::of(file, remark.span), name.clone(), message).help(help));
    }
    flush(rest, found);
}
