//! `explain`: what the rules of `validate`, the codes of errors and Traefik's fields mean.

use crate::cli::Explain;
use crate::error::{Code, Error};
use crate::lint::{self, LINTS, Lint};
use crate::register::refusal;
use crate::schema::table::{self, Field};

/// What codes mean.
pub enum Explanation {
    /// Every rule and every code.
    All,
    /// A rule of `validate`.
    Rule(&'static Lint),
    /// The code of an error.
    Code(Code),
    /// The code of an answer to an agent.
    Answer(refusal::Code),
    /// A field of Traefik's dynamic configuration.
    Field(&'static Field),
}

/// Looks a code up: first among the rules, then among the errors and answers, then among Traefik's fields.
pub(super) fn explain(args: &Explain) -> Result<Explanation, Error> {
    let Some(code) = args.code.as_deref() else { return Ok(Explanation::All) };
    let rule = lint::find(code).map(Explanation::Rule);
    let found = rule.or_else(|| Code::ALL.iter().find(|c| c.as_str() == code).copied().map(Explanation::Code));
    let found = found.or_else(|| answers().find(|c| c.as_str() == code).map(Explanation::Answer));
    let found = found.or_else(|| field(code).map(Explanation::Field));
    found.ok_or_else(|| {
        let error = Error::new(Code::NotFound, format!("there is no rule, code or field {code:?}"));
        match nearest(code) {
            Some(near) => error.hint(format!("did you mean {near}? `cloudlunacy explain` lists all")),
            None => error.hint("`cloudlunacy explain` lists all"),
        }
    })
}

/// The codes that only answers to agents have.
pub fn answers() -> impl Iterator<Item = refusal::Code> {
    let is_error = |code: &refusal::Code| Code::ALL.iter().any(|error| error.as_str() == code.as_str());
    refusal::Code::ALL.iter().copied().filter(move |code| !is_error(code))
}

/// The field at a path; the names of objects may be left out: `http.routers.rule`.
fn field(path: &str) -> Option<&'static Field> {
    let without_names = path.split('.').try_fold(table::root(), |at, name| at.find_in_any(name));
    without_names.or_else(|| table::find(path))
}

/// The code that begins most like it.
fn nearest(code: &str) -> Option<&'static str> {
    const ALIKE: usize = 3;
    let names = LINTS.iter().map(|lint| lint.name).chain(Code::ALL.iter().map(|code| code.as_str()));
    let names = names.chain(answers().map(|code| code.as_str()));
    let alike = |name: &str| name.bytes().zip(code.bytes()).take_while(|(a, b)| a == b).count();
    names.map(|name| (alike(name), name)).filter(|(alike, _)| *alike >= ALIKE).max().map(|(_, name)| name)
}
