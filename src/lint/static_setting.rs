//! A setting of the static configuration that is surely not what was meant, though Traefik starts with it.

use super::{Lint, Subject, static_faults};
use crate::finding::{Finding, Severity};
use crate::static_config::{FileProblem, Mistake, ResolverProblem};

pub(super) static LINT: Lint = Lint {
    name: "static-setting",
    severity: Severity::Warning,
    summary: "A setting of the static configuration that is not what was meant",
    explanation: "Traefik starts with it, and says nothing or only a line in its log: a section that it does not know is \
                  ignored whole, an entry point without address listens on any port, a redirection to nowhere is not \
                  made, a resolver that holds nothing issues no certificate.",
    bad: &[
        ("traefik.yml", "entryPoints:\n  web:\n    address: \":80\"\ncertificateResolvers:\n  le: {}\n"),
        ("routes.yml", "\n"),
    ],
    good: &[("traefik.yml", "entryPoints:\n  web:\n    address: \":80\"\n"), ("routes.yml", "\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (fault, at) in static_faults::all(subject) {
        let Some((message, help)) = words(&fault.mistake) else { continue };
        let mut finding = lint.at(at, &fault.path, message);
        finding.help = help;
        finding.traefik_says = Some(fault.says.clone()).filter(|says| !says.is_empty());
        found.push(finding);
    }
}

/// What is wrong, and the cure.
fn words(mistake: &Mistake) -> Option<(String, Option<String>)> {
    let plain = |text: &str| (text.to_owned(), None);
    let cured = |text: String, help: &str| (text, Some(help.to_owned()));
    Some(match mistake {
        Mistake::UnknownSection { name, nearest } => {
            let help = nearest.map(|nearest| format!("write {nearest}"));
            (format!("Traefik ignores the section {name:?}, which it does not know"), help)
        }
        Mistake::DynamicSection { name } => cured(
            format!("{name} is ignored here: it belongs to the dynamic configuration"),
            "move it to a file that the file provider reads",
        ),
        Mistake::RandomPort { entry_point, .. } => {
            cured(format!("the entry point {entry_point:?} listens on any port"), "give it an address, as in \":80\"")
        }
        Mistake::RedirectionTarget { to } => cured(
            format!("this redirection leads to no entry point ({to:?}), so it is not made"),
            "name the entry point to redirect to",
        ),
        Mistake::FileProvider(problem) => plain(match problem {
            FileProblem::Both => "where there is a directory, filename is ignored",
            FileProblem::Neither => "the file provider has neither a directory nor a filename, so it reads nothing",
            FileProblem::List => "this is a list; the file provider takes one directory",
            FileProblem::Extension => "the file provider does not read files of this extension",
        }),
        Mistake::UnqualifiedMiddleware { name, entry_point } => cured(
            format!("Traefik's own routers on {entry_point:?}, such as its redirection, do not find {name:?}"),
            "say which provider it is of, as in NAME@file",
        ),
        Mistake::ResolverUnusable { resolver, problem } => plain(&format!(
            "the resolver {resolver:?} {}",
            match problem {
                ResolverProblem::Empty => "holds nothing, so it counts as nonexistent",
                ResolverProblem::NoChallenge => "has no challenge, so it gets no certificate",
                ResolverProblem::NoDuration => "wants certificates that last no time",
                ResolverProblem::StorageRights { .. } => "has a storage that others may read; Traefik leaves it out",
                ResolverProblem::StorageMissing => "has a storage whose folder is not there",
                ResolverProblem::StorageFolder => "has a folder for its storage",
            }
        )),
        Mistake::UnknownResolver { name } => plain(&format!("there is no certificate resolver {name:?}")),
        Mistake::UnknownEntryPoint { name, service } => {
            plain(&format!("{service} names an entry point {name:?}, which is not there"))
        }
        Mistake::NoDefaultEntryPoint => plain("no entry point is left for HTTP and TCP routers that name none"),
        Mistake::PluginBroken { plugin, why } => {
            plain(&format!("the plugin {plugin:?} can't be set up ({why}), for which Traefik gives up all plugins"))
        }
        Mistake::Deprecated { option, instead } => (format!("{option} is deprecated"), Some(format!("use {instead}"))),
        Mistake::TextInSectionList => plain("Traefik drops a text here: it wants settings"),
        Mistake::NoEffect { value, wanted } => plain(&format!("{value:?} has no effect: it is not {wanted}")),
        Mistake::Ignored { what, by } => cured(
            format!("these {what} are never looked at, for Traefik reads {by}: it takes one source only"),
            &format!("move the settings to where {by} has the others, and leave the {what} out"),
        ),
        Mistake::NoSuchFile { path } => cured(
            format!("there is no file {path:?}; Traefik goes on without a word, as if it were not named"),
            "correct the path, or mount the file there",
        ),
        Mistake::FlagsEnd { word } => plain(&format!("what comes after {word:?} is no longer read as flags")),
        _ => return None,
    })
}
