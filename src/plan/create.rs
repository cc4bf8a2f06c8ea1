//! A route that was not there: its fields, named or by default, and the router and service made of them.

use super::add::Adding;
use super::change::{check_tls, server_of, server_value};
use super::{Change, Effect, Plan, References, Verb, check_references, conflict, defaults};
use crate::edit::{Patch, Value};
use crate::error::{Code, Error};
use crate::inventory::Part;
use crate::name::{Kind, RoutePath, RouterName};
use crate::route::{Tls, protocol};
use crate::rule::for_hosts;

/// The fields of a new router beside its rule and its service.
struct Fields {
    entry_points: Vec<String>,
    middlewares: Vec<String>,
    priority: Option<i64>,
    tls: Tls,
    cert_resolver: Option<String>,
    tls_options: Option<String>,
    /// Which defaults were taken, and where they came from.
    notes: Vec<String>,
}

impl Adding<'_, '_> {
    pub(super) fn create(&self, name: &RouterName) -> Result<Plan, Error> {
        let Adding { inventory, kind, request, .. } = *self;
        let fields = self.fields()?;
        let rule = self.rule.as_ref().map(|(rule, _)| rule);
        check_tls(kind, fields.tls, fields.cert_resolver.as_deref(), rule, self.facts.release)?;
        let references = References {
            middlewares: &fields.middlewares,
            entry_points: &fields.entry_points,
            cert_resolver: fields.cert_resolver.as_deref(),
        };
        check_references(inventory, self.facts, kind, &references)?;

        let named_hosts = if request.wanted.rule.is_some() || request.host.is_any() { &[] } else { &self.hosts[..] };
        let taken = conflict::taken_by(inventory, kind, rule, &fields.entry_points, fields.tls, named_hosts, None);
        match taken {
            Some(other) if request.replace && request.wanted.name.is_none() => return self.existing(&other),
            Some(other) => return Err(self.host_taken(&other)),
            None => {}
        }
        let name = name.as_str();
        if let Some(service) = inventory.get(kind, Part::Service, name) {
            let message = format!("{kind} service {name:?} is there already, and belongs to something else");
            return Err(Error::new(Code::NameTaken, message)
                .hint("give the route another name with --name")
                .at(inventory.place(&service)));
        }

        let path = defaults::file(self.facts, kind, request.wanted.file.as_deref())?;
        let mut plan = Plan::default();
        plan.patch(&path, Patch::Set(self.router(name, &fields)).at([kind.as_str(), "routers", name]));
        plan.patch(&path, Patch::Set(self.service()?).at([kind.as_str(), "services", name]));
        let (name, notes) = (name.to_owned(), fields.notes);
        plan.effects.push(Effect { verb: Verb::Added, kind, name, notes, route: None });
        Ok(plan)
    }

    /// What was named, and defaults for the rest.
    fn fields(&self) -> Result<Fields, Error> {
        let Adding { inventory, facts, kind, request, .. } = *self;
        let wanted = &request.wanted;
        let scheme = request.targets[0].scheme();
        let settings = defaults::of(facts, kind);
        let named = wanted.entry_points.replace.as_deref().unwrap_or_default();
        let entry_points = defaults::entry_points(inventory, facts, scheme, named)?;
        let may_resolve = !matches!(wanted.tls.or(settings.tls), Some(Tls::Off | Tls::Passthrough));
        let resolver = match &wanted.cert_resolver {
            Change::Set(name) => Some(name.clone()),
            _ => settings.cert_resolver.clone().filter(|_| may_resolve && kind == Kind::Http),
        };
        let any_host = request.host.is_any();
        let tls =
            defaults::tls(inventory, facts, scheme, any_host, wanted.tls, resolver.as_deref(), &entry_points.value);
        let middlewares = wanted.middlewares.replace.clone().unwrap_or_else(|| settings.middlewares.clone());
        if kind == Kind::Udp && !middlewares.is_empty() {
            return Err(Error::new(Code::Usage, "a UDP router has no middlewares"));
        }
        let (priority, priority_note) = match wanted.priority {
            Change::Set(priority) => (Some(priority), None),
            _ => {
                let behind = self.behind_single_hosts();
                (behind, behind.map(|p| format!("priority: {p} (after single hosts)")))
            }
        };
        Ok(Fields {
            entry_points: entry_points.value,
            middlewares,
            priority,
            tls: tls.value.tls,
            cert_resolver: resolver.or(tls.value.cert_resolver),
            tls_options: tls.value.options,
            notes: [entry_points.note, tls.note, priority_note].into_iter().flatten().collect(),
        })
    }

    /// The priority of a route for more than single hosts.
    fn behind_single_hosts(&self) -> Option<i64> {
        let made_from_hosts = self.request.wanted.rule.is_none() && self.kind != Kind::Udp;
        let path = self.request.path.as_ref().map(RoutePath::as_str);
        let with_host = |host: &str| Some(for_hosts(protocol(self.kind), &[host], path, false));
        made_from_hosts.then(|| defaults::priority(self.kind, &self.hosts, with_host)).flatten()
    }

    fn router(&self, service: &str, fields: &Fields) -> Value {
        let list = |names: &[String]| (!names.is_empty()).then(|| Value::list(names));
        let text = |text: &Option<String>| text.as_ref().map(Value::str);
        let tls = [
            ("passthrough", (fields.tls == Tls::Passthrough).then_some(Value::Bool(true))),
            ("certResolver", text(&fields.cert_resolver)),
            ("options", text(&fields.tls_options)),
        ];
        map([
            ("rule", self.rule.as_ref().map(|(_, text)| Value::str(text))),
            ("entryPoints", list(&fields.entry_points)),
            ("middlewares", list(&fields.middlewares)),
            ("service", Some(Value::str(service))),
            ("priority", fields.priority.map(Value::Int)),
            ("tls", (fields.tls != Tls::Off).then(|| map(tls))),
        ])
    }

    fn service(&self) -> Result<Value, Error> {
        let server =
            |target: &crate::name::Target| Ok(server_value(self.kind, &server_of(self.kind, &target.to_string())?));
        let servers = self.request.targets.iter().map(server).collect::<Result<_, Error>>()?;
        Ok(map([("loadBalancer", Some(map([("servers", Some(Value::List(servers)))])))]))
    }
}

/// A mapping of the fields that have a value.
fn map<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Map(fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}
