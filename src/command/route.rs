//! `route add|set|rm|rename|list|show`.

use super::change::change;
use super::check_target::check;
use super::{Context, Outcome, PartOfRoute, RouteDetail};
use crate::agent::Agent;
use crate::cli::{Add, ChangeFlags, Fields, List, Remove, Rename, RouteCommand, Set, Show, TlsArg};
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part, bare};
use crate::name::{BadName, Host, RouterName, Target, split_host_path};
use crate::plan::{self, AddRequest, Change, ListEdit, Plan, Wanted, bad_value};
use crate::route::{Filter, Route, Tls, list as routes, lookup};
use std::collections::HashMap;

/// Works out what a command that changes routes does.
pub(super) type RoutePlanner<'p> = dyn Fn(&Inventory<'_>) -> Result<Plan, Error> + 'p;

/// Runs a command.
pub(super) fn run(context: &Context, command: &RouteCommand) -> Result<Outcome, Error> {
    match command {
        RouteCommand::Add(args) => checked(context, &args.change, command, add(context, args)?),
        RouteCommand::Set(args) => checked(context, &args.change, command, set(context, args)?),
        RouteCommand::Rm(args) => {
            confirm(context, args)?;
            change(context, &args.change, rm(args))
        }
        RouteCommand::Rename(args) => change(context, &args.change, rename(args)?),
        RouteCommand::List(args) => list(context, args),
        RouteCommand::Show(args) => show(context, args),
    }
}

/// Checks what a command says, and gives what it does.
pub(super) fn planner<'p>(context: &'p Context, command: &'p RouteCommand) -> Result<Box<RoutePlanner<'p>>, Error> {
    match command {
        RouteCommand::Add(args) => add(context, args),
        RouteCommand::Set(args) => set(context, args),
        RouteCommand::Rm(args) => Ok(rm(args)),
        RouteCommand::Rename(args) => rename(args),
        RouteCommand::List(_) | RouteCommand::Show(_) => Err(Error::new(Code::Usage, "it changes nothing")),
    }
}

/// Makes a change, once the servers that it names have been tried, where that is asked for.
fn checked(
    context: &Context,
    flags: &ChangeFlags,
    command: &RouteCommand,
    plan: Box<RoutePlanner<'_>>,
) -> Result<Outcome, Error> {
    let (targets, host) = match command {
        RouteCommand::Add(args) if args.check_target => (args.targets.iter().collect(), Some(&args.host)),
        RouteCommand::Set(args) if args.check_target => {
            (args.targets.iter().chain(&args.lists.add_targets).collect::<Vec<_>>(), None)
        }
        _ => return change(context, flags, plan),
    };
    if targets.is_empty() {
        context.warn_all(vec!["--check-target tries new targets, and none is named".into()]);
    }
    let targets = targets.into_iter().map(|t| parsed("TARGET", t)).collect::<Result<Vec<Target>, _>>()?;
    let path = host.and_then(|host| split_host_path(host).ok()?.1);
    let answers = check(context, &targets, path.as_ref().map(|path| path.as_str()), &plan)?;
    let mut outcome = change(context, flags, plan)?;
    if let Outcome::Change(report) = &mut outcome
        && let Some(effect) = report.effects.first_mut()
    {
        effect.notes.extend(answers);
    }
    Ok(outcome)
}

fn rm(args: &Remove) -> Box<RoutePlanner<'_>> {
    Box::new(|inventory| plan::remove(inventory, &args.routes, args.ignore_missing))
}

fn rename(args: &Rename) -> Result<Box<RoutePlanner<'_>>, Error> {
    let new: RouterName = parsed("NEW", &args.name)?;
    Ok(Box::new(move |inventory| plan::rename(inventory, &args.route, &new)))
}

fn add<'p>(context: &'p Context, args: &'p Add) -> Result<Box<RoutePlanner<'p>>, Error> {
    let (host, path) = split_host_path(&args.host).map_err(|bad| with_caret("HOST", &args.host, bad))?;
    let request = AddRequest {
        host,
        path,
        more_hosts: args.hosts.iter().map(|h| parsed("--host", h)).collect::<Result<_, _>>()?,
        targets: args.targets.iter().map(|t| parsed::<Target>("TARGET", t)).collect::<Result<_, _>>()?,
        wanted: Wanted { name: name(args.name.as_deref())?, file: args.file.clone(), ..wanted(&args.fields)? },
        replace: args.replace,
    };
    Ok(Box::new(move |inventory| plan::add(inventory, &context.facts, &request)))
}

fn set<'p>(context: &'p Context, args: &'p Set) -> Result<Box<RoutePlanner<'p>>, Error> {
    let lists = &args.lists;
    let fields = wanted(&args.fields)?;
    let hosts = |texts: &[String], flag: &str| {
        texts.iter().map(|h| Ok(parsed::<Host>(flag, h)?.as_str().to_owned())).collect::<Result<Vec<_>, Error>>()
    };
    let targets = |texts: &[String], flag: &str| {
        texts.iter().map(|t| Ok(parsed::<Target>(flag, t)?.to_string())).collect::<Result<Vec<_>, Error>>()
    };
    let edited = |given: ListEdit, no: bool, add: &[String], remove: &[String]| ListEdit {
        replace: given.replace.or(no.then(Vec::new)),
        add: add.to_vec(),
        remove: remove.to_vec(),
    };
    let wanted = Wanted {
        name: name(args.name.as_deref())?,
        targets: ListEdit {
            replace: named(targets(&args.targets, "TARGET")?),
            add: targets(&lists.add_targets, "--add-target")?,
            remove: targets(&lists.remove_targets, "--remove-target")?,
        },
        hosts: ListEdit {
            replace: named(hosts(&args.hosts, "--host")?),
            add: hosts(&lists.add_hosts, "--add-host")?,
            remove: hosts(&lists.remove_hosts, "--remove-host")?,
        },
        entry_points: edited(
            fields.entry_points,
            lists.no_entry_points,
            &lists.add_entry_points,
            &lists.remove_entry_points,
        ),
        middlewares: edited(
            fields.middlewares,
            lists.no_middlewares,
            &lists.add_middlewares,
            &lists.remove_middlewares,
        ),
        tls: fields.tls.or(lists.no_tls.then_some(Tls::Off)),
        cert_resolver: if lists.no_cert_resolver { Change::Clear } else { fields.cert_resolver },
        priority: if lists.no_priority { Change::Clear } else { fields.priority },
        rule: fields.rule,
        file: args.file.clone(),
    };
    if wanted_nothing(&wanted) {
        return Err(Error::new(Code::Usage, "nothing to change was named")
            .hint("`cloudlunacy route set --help` shows what can be"));
    }
    Ok(Box::new(move |inventory| plan::set(inventory, &context.facts, &args.route, &wanted)))
}

fn wanted_nothing(wanted: &Wanted) -> bool {
    let lists = [&wanted.targets, &wanted.hosts, &wanted.entry_points, &wanted.middlewares];
    wanted.name.is_none()
        && wanted.rule.is_none()
        && wanted.file.is_none()
        && wanted.tls.is_none()
        && wanted.cert_resolver == Change::Keep
        && wanted.priority == Change::Keep
        && !lists.iter().any(|l| l.is_named())
}

/// Asks whoever sits at a terminal before several routes go.
fn confirm(context: &Context, args: &Remove) -> Result<(), Error> {
    let plan = rm(args);
    if context.interactive && !args.change.yes && !args.change.dry_run && args.routes.len() > 1 {
        let changed = context.store.preview_of(plan)?;
        // Names that stand in files can hold anything; nothing of them may steer the terminal.
        let names: Vec<String> = changed.effects().map(|e| e.name.escape_debug().to_string()).collect();
        let question = format!("Remove {} routes: {}?", names.len(), names.join(", "));
        let answer = dialoguer::Confirm::new().with_prompt(question).default(false).interact();
        if names.len() > 1 && !matches!(answer, Ok(true)) {
            return Err(Error::new(Code::Declined, "nothing was removed").hint("--yes answers the question"));
        }
    }
    Ok(())
}

fn list(context: &Context, args: &List) -> Result<Outcome, Error> {
    let snapshot = context.store.read()?;
    let inventory = Inventory::of(&snapshot.files);
    point_out_faults(context, &inventory);
    let filter = Filter { host: args.host.clone(), kind: args.kind };
    let mut found = routes(&inventory, &filter);
    name_owners(context, &mut found);
    found.retain(|route| args.agent.is_none() || route.agent == args.agent);
    Ok(Outcome::Routes(found))
}

fn show(context: &Context, args: &Show) -> Result<Outcome, Error> {
    let snapshot = context.store.read()?;
    let inventory = Inventory::of(&snapshot.files);
    point_out_faults(context, &inventory);
    let (kind, router) = plan::find(&inventory, &args.route)?;
    let mut route = Route::of(&inventory, kind, &router);
    name_owners(context, std::slice::from_mut(&mut route));
    let found = |part: Part, reference: &String| {
        let place = match bare(reference).map(|name| inventory.get(kind, part, name)) {
            Some(Some(found)) => Ok(inventory.place(&found)),
            Some(None) => Err("not found in these files"),
            None => Err("of another provider"),
        };
        PartOfRoute { part, name: reference.clone(), place }
    };
    let own = PartOfRoute { part: Part::Router, name: route.name.clone(), place: Ok(inventory.place(&router)) };
    let services = route.service.iter().map(|service| found(Part::Service, service));
    let middlewares = route.middlewares.iter().map(|middleware| found(Part::Middleware, middleware));
    let parts = std::iter::once(own).chain(services).chain(middlewares).collect();
    let source = source_of(&router);
    Ok(Outcome::Route(Box::new(RouteDetail { route, parts, source })))
}

/// Names the agents whose routes these are; whoever may not read who they are sees none.
fn name_owners(context: &Context, routes: &mut [Route]) {
    let agents = super::agent::all(context).unwrap_or_default();
    let by_file: HashMap<String, &Agent> = agents.iter().map(|agent| (agent.file(), agent)).collect();
    for route in routes {
        let owner = by_file.get(&route.file).filter(|agent| agent.owns(route.kind, &route.name, &route.file));
        route.agent = owner.map(|agent| agent.id.to_string());
    }
}

/// The text of an entry, all of it moved to the left margin.
fn source_of(router: &Definition<'_>) -> String {
    let source = router.value.document().source();
    let (start, end) = (router.key.span().start as usize, router.value.span().end as usize);
    // The value stands elsewhere where an alias or a merge key supplies it.
    let entry = source.get(start..end).unwrap_or(router.key.raw());
    let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &source[line..start];
    // A TOML header, `[http.routers.NAME]`, is shown whole.
    if indent.trim_start().starts_with('[') && entry.lines().next().is_some_and(|first| first.ends_with(']')) {
        return source[line..end.max(start)].trim_end().to_owned();
    }
    // In `{a: …, b: …}` an entry begins in the middle of a line, and what is before it is another's.
    let indent = if indent.trim().is_empty() { indent } else { "" };
    let lines: Vec<&str> =
        entry.lines().map(|line| line.strip_prefix(indent).unwrap_or_else(|| line.trim_start())).collect();
    lines.join("\n")
}

/// A directory that would not survive a restart is pointed out by every command that sees it.
fn point_out_faults(context: &Context, inventory: &Inventory<'_>) {
    let lost = inventory.lost();
    let faults = inventory.faults(context.facts.release).into_iter();
    let warnings = faults.map(|(place, message)| lost.warning(&place, &message));
    context.warn_all(warnings.collect());
}

/// The fields that `add` and `set` share.
fn wanted(fields: &Fields) -> Result<Wanted, Error> {
    Ok(Wanted {
        entry_points: ListEdit { replace: named(fields.entry_points.clone()), ..ListEdit::default() },
        middlewares: ListEdit { replace: named(fields.middlewares.clone()), ..ListEdit::default() },
        tls: fields.tls.map(TlsArg::of_route),
        cert_resolver: fields.cert_resolver.clone().map_or(Change::Keep, Change::Set),
        priority: fields.priority.map_or(Change::Keep, Change::Set),
        rule: fields.rule.clone(),
        ..Wanted::default()
    })
}

fn named(list: Vec<String>) -> Option<Vec<String>> {
    (!list.is_empty()).then_some(list)
}

fn name(text: Option<&str>) -> Result<Option<RouterName>, Error> {
    text.map(|t| parsed("--name", t)).transpose()
}

fn parsed<T: std::str::FromStr<Err = BadName>>(what: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|bad| with_caret(what, text, bad))
}

/// The complaint, the text, and a caret under what is wrong with it.
fn with_caret(what: &str, text: &str, bad: BadName) -> Error {
    let at = bad.at.clone();
    let mut error = bad_value(bad);
    error.message = format!("{what}: {}", error.message);
    match at {
        Some(at) => error.pointing_at(text, at),
        None => error,
    }
}

/// Names of routes for completion, as far as they can be read.
pub(super) fn names(context: &Context) -> Vec<String> {
    let Ok(snapshot) = context.store.read() else { return Vec::new() };
    let inventory = Inventory::of(&snapshot.files);
    let ambiguous = |name: &str| lookup(&inventory, name).len() > 1;
    let all = inventory.definitions(Part::Router);
    all.map(|(kind, d)| if ambiguous(d.name) { format!("{kind}/{}", d.name) } else { d.name.to_owned() }).collect()
}
