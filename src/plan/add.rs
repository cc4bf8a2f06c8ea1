//! Adding a route.

use super::change::{MOST_TARGETS, change, too_many_targets};
use super::{Change, Facts, Plan, Wanted, defaults, parse_rule, route_word, shell_word};
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part};
use crate::name::{Host, Kind, RoutePath, Target, default_name};
use crate::route::{Route, protocol};
use crate::rule::{Rule, for_hosts};

/// What `route add` was asked for. The fields named beside host and targets are in `wanted`.
#[derive(Clone, Debug)]
pub struct AddRequest {
    /// The host.
    pub host: Host,
    /// The path.
    pub path: Option<RoutePath>,
    /// More hosts.
    pub more_hosts: Vec<Host>,
    /// The servers; at least one.
    pub targets: Vec<Target>,
    /// Fields that were named.
    pub wanted: Wanted,
    /// Whether an existing route is to be changed.
    pub replace: bool,
}

/// A route that is being added: what was asked for, and what it is added to.
pub(super) struct Adding<'a, 'i> {
    pub(super) inventory: &'a Inventory<'i>,
    pub(super) facts: &'a Facts,
    pub(super) request: &'a AddRequest,
    pub(super) kind: Kind,
    pub(super) hosts: Vec<String>,
    /// The rule and its text; none for UDP.
    pub(super) rule: Option<(Rule, String)>,
}

/// Plans `route add`.
pub fn add(inventory: &Inventory<'_>, facts: &Facts, request: &AddRequest) -> Result<Plan, Error> {
    let kind = check(facts, request)?;
    let hosts: Vec<String> =
        std::iter::once(&request.host).chain(&request.more_hosts).map(|h| h.as_str().to_owned()).collect();
    let rule = match (&request.wanted.rule, kind) {
        (_, Kind::Udp) => None,
        (Some(text), _) => Some((parse_rule(kind, text, facts.release)?, text.clone())),
        (None, _) => {
            let path = request.path.as_ref().map(RoutePath::as_str);
            let rule = for_hosts(protocol(kind), &hosts, path, !facts.release.has_wildcard_hosts());
            let text = rule.to_string();
            Some((rule, text))
        }
    };
    let default = default_name(&request.host, request.path.as_ref());
    let name = request.wanted.name.as_ref().unwrap_or(&default);
    let adding = Adding { inventory, facts, request, kind, hosts, rule };
    match inventory.get(kind, Part::Router, name.as_str()) {
        Some(router) => adding.existing(&router),
        None => adding.create(name),
    }
}

/// Checks what needs no files; gives the kind of the route.
fn check(facts: &Facts, request: &AddRequest) -> Result<Kind, Error> {
    let usage = |message: String, hint: &str| Err(Error::new(Code::Usage, message).hint(hint));
    let Some(first) = request.targets.first() else {
        return usage("a route needs a target".into(), "say where the requests go, for example http://10.0.0.5:3000");
    };
    let scheme = first.scheme();
    let kind = scheme.kind();
    if request.targets.len() > MOST_TARGETS {
        return Err(too_many_targets(request.targets.len()));
    }
    if let Some(other) =
        request.targets.iter().find(|t| t.scheme().kind() != kind || (kind != Kind::Http && t.scheme() != scheme))
    {
        return usage(
            format!("the targets of one route speak one protocol: {first} and {other} don't"),
            "make a route for each",
        );
    }
    let any = request.host.is_any();
    if kind == Kind::Udp && !any {
        return usage(
            "UDP has no host names: a UDP router takes everything on its entry point".into(),
            "say HOST '*', with --entry-point and --name",
        );
    }
    let listens = request.wanted.entry_points.replace.is_some() || !defaults::of(facts, kind).entry_points.is_empty();
    if kind == Kind::Udp && (request.wanted.name.is_none() || !listens) {
        return usage(
            "a UDP route needs --entry-point and --name: nothing else tells it from others".into(),
            "for example: route add '*' udp://10.0.0.9:53 --entry-point dns --name dns",
        );
    }
    if kind == Kind::Udp
        && (request.wanted.rule.is_some() || !request.more_hosts.is_empty() || request.wanted.priority != Change::Keep)
    {
        return usage(
            "a UDP router has no hosts, rule or priority: its entry point alone decides".into(),
            "leave --rule, --host and --priority out",
        );
    }
    if scheme.server_speaks_first() && !any {
        return usage(
            format!(
                "{scheme}:// can't be chosen by host name: the server speaks first, so Traefik never sees which name the client wants"
            ),
            "say HOST '*' with an entry point for this server alone",
        );
    }
    if kind != Kind::Http && request.path.is_some() {
        return usage(format!("a {kind} route has no path"), "give the host alone");
    }
    if request.wanted.rule.is_some() && !request.more_hosts.is_empty() {
        return usage("--rule says which hosts are meant".into(), "leave --host out, or put the hosts into the rule");
    }
    Ok(kind)
}

impl Adding<'_, '_> {
    /// The route is there already: only what was named is compared.
    pub(super) fn existing(&self, router: &Definition<'_>) -> Result<Plan, Error> {
        let Adding { inventory, facts, request, kind, .. } = *self;
        let named_file = request.wanted.file.as_deref();
        if let Some(file) = named_file.filter(|file| file.trim_start_matches("./") != inventory.path(router)) {
            let word = route_word(inventory, kind, router);
            let message = format!("{kind} route {:?} is there already, in another file", router.name);
            return Err(Error::new(Code::NameTaken, message)
                .hint(format!("move it with `cloudlunacy route set {word} --file {}`", shell_word(file)))
                .at(inventory.place(router)));
        }
        // What the route answers for already needs no other rule; hosts that were left out stay.
        let rule = self.rule.clone().filter(|(asked, _)| {
            let theirs = Route::of(inventory, kind, router).parsed_rule();
            request.wanted.rule.is_some() || !theirs.is_some_and(|theirs| answers(&theirs, asked, request))
        });
        let mut wanted = request.wanted.clone();
        wanted.targets.replace = Some(request.targets.iter().map(Target::to_string).collect());
        match change(inventory, facts, kind, router, rule, &wanted) {
            Ok(plan) if plan.edits.is_empty() || request.replace => Ok(plan),
            Err(error) if request.replace => Err(error),
            _ => {
                let message = format!("{kind} route {:?} is there already, and it is different", router.name);
                Err(Error::new(Code::NameTaken, message).hint(self.how_to_change(router)).at(inventory.place(router)))
            }
        }
    }

    /// Another router answers for what was asked for.
    pub(super) fn host_taken(&self, other: &Definition<'_>) -> Error {
        let what = match self.kind {
            Kind::Udp => "another UDP router listens on that entry point".to_owned(),
            _ if self.request.wanted.rule.is_some() => {
                format!("router {:?} answers the same requests already", other.name)
            }
            _ => {
                let path = self.request.path.as_ref().map_or("", RoutePath::as_str);
                format!("{}{path} is answered by router {:?} already", self.request.host, other.name)
            }
        };
        Error::new(Code::HostTaken, what).hint(self.how_to_change(other)).at(self.inventory.place(other))
    }

    /// The commands that would put what was asked for in place of a route.
    fn how_to_change(&self, router: &Definition<'_>) -> String {
        let replace = match &self.request.wanted.name {
            Some(name) if name.as_str() != router.name => {
                format!("name it: --name {} --replace", shell_word(router.name))
            }
            _ => "add --replace to this command".to_owned(),
        };
        if self.request.replace {
            return format!("to replace it, {replace}");
        }
        if self.request.host.is_any() && self.request.wanted.name.is_none() {
            return format!("give this one a name of its own with --name; to replace the other, {replace}");
        }
        const SHOWN: usize = 3;
        let targets: Vec<String> = self.request.targets.iter().map(Target::to_string).collect();
        let targets = if targets.len() > SHOWN { "TARGET…".into() } else { targets.join(" ") };
        let word = route_word(self.inventory, self.kind, router);
        format!("to replace it, {replace}; to change its servers alone: `cloudlunacy route set {word} {targets}`")
    }
}

/// Whether a rule answers for all that was asked for, and, where --host named more than one host, for no other.
fn answers(theirs: &Rule, asked: &Rule, request: &AddRequest) -> bool {
    let (Some(theirs), Some(asked)) = (theirs.claims(), asked.claims()) else { return false };
    asked.iter().all(|claim| theirs.contains(claim))
        && (request.more_hosts.is_empty() || theirs.iter().all(|claim| asked.contains(claim)))
}
