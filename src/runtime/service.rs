//! HTTP services as Traefik builds them, each when a router first reaches it: what can't be built is disabled, and so is
//! everything on the way there.

use super::board::{Board, Owner, Reference, Target, provider_of, span_or};
use super::server_url;
use super::{Cause, DEEPEST, Status};
use crate::document::Ref;
use crate::inventory::Part;
use crate::name::Kind;
use crate::schema::value;
use std::borrow::Cow;

/// What a service was built into, as far as its parents care.
#[derive(Clone, Debug)]
pub(super) enum Handler {
    /// One that tells its parents whether it is up, or can't for this reason.
    Updater(Option<Cow<'static, str>>),
    /// One of Traefik's own, which tells nobody.
    Internal,
    /// One of another provider.
    Foreign,
}

/// What is being built: services and middlewares, by their places, the outermost first.
pub(super) type Stack = Vec<usize>;

/// What has been built so far, by place in the inventory.
#[derive(Default)]
pub(super) struct Built {
    services: Vec<Option<Handler>>,
    /// Middlewares are built again for each router, with the same outcome.
    pub(super) middlewares: Vec<bool>,
}

/// Builds services and middlewares.
pub(super) struct Builder<'b, 'a, 's> {
    pub(super) board: &'b mut Board<'a, 's>,
    pub(super) built: &'b mut Built,
}

impl<'b, 'a, 's> Builder<'b, 'a, 's> {
    pub(super) fn new(board: &'b mut Board<'a, 's>, built: &'b mut Built) -> Builder<'b, 'a, 's> {
        let places = board.inventory.all().len();
        built.services.resize(places, None);
        built.middlewares.resize(places, false);
        Builder { board, built }
    }

    /// Builds the service that is referred to; what Traefik says where it can't.
    pub(super) fn service(&mut self, reference: &Reference<'_>, stack: &mut Stack) -> Result<Handler, String> {
        if reference.text.ends_with("@internal") || (reference.provider == "internal" && !reference.text.contains('@'))
        {
            return self.internal(reference);
        }
        let place = match self.board.find(Kind::Http, Part::Service, reference) {
            Target::Foreign => return Ok(Handler::Foreign),
            Target::Ours(place) => place,
            Target::Nothing => return Err(self.board.missing(Kind::Http, Part::Service, reference)),
        };
        if let Some(handler) = &self.built.services[place] {
            return Ok(handler.clone());
        }
        if self.board.states[place].status == Status::Disabled {
            return Err(self.board.states[place].errors.join(", "));
        }
        if stack.len() > DEEPEST {
            return Ok(Handler::Foreign);
        }
        let handler = self.build(place, stack)?;
        self.built.services[place] = Some(handler.clone());
        Ok(handler)
    }

    fn internal(&mut self, reference: &Reference<'_>) -> Result<Handler, String> {
        let full = reference.qualified();
        let name = full.strip_suffix("@internal").unwrap_or(&full);
        let known = ["noop", "acme-http", "api", "dashboard", "rest", "ping", "prometheus"].contains(&name);
        let enabled = match &self.board.surroundings.static_config {
            Some(config) => config.internal_service_enabled(name),
            None => known,
        };
        // Up to 3.2.0 only routers and middlewares found what they are.
        let is_found = self.board.surroundings.release.since(2, 1) || reference.owner.part != Part::Service;
        if enabled && is_found {
            return Ok(Handler::Internal);
        }
        let says = match name {
            _ if enabled => format!("the service {full:?} does not have any type defined"),
            _ if !is_found => format!("the service {full:?} does not exist"),
            _ if !known => format!("unknown internal service {full}"),
            "acme-http" => "HTTP challenge is not enabled".to_owned(),
            _ => format!("{name} is not enabled"),
        };
        let cause = Cause::InternalService { name: reference.text.to_owned() };
        self.board.trouble(reference.at, || reference.owner.path(), &says, cause);
        Err(says)
    }

    fn build(&mut self, place: usize, stack: &mut Stack) -> Result<Handler, String> {
        let definition = self.board.definition(place);
        let value = definition.value;
        let [balancer, weighted, hrw, mirroring, failover, middlewares] = value::pick(
            value,
            ["loadBalancer", "weighted", "highestRandomWeight", "mirroring", "failover", "middlewares"],
        );
        let types = [balancer, weighted, hrw, mirroring, failover];
        if types.iter().flatten().count() > 1 {
            return Err(self.board.several_types(place));
        }
        self.recursion(place, stack)?;
        stack.push(place);
        let built = match types {
            [Some(balancer), ..] => self.load_balancer(place, balancer),
            [_, Some(weighted), ..] => self.weighted(place, weighted, "weighted", stack),
            [_, _, Some(hrw), ..] => self.weighted(place, hrw, "highestRandomWeight", stack),
            [.., Some(mirroring), None] => self.mirroring(place, mirroring, stack),
            [.., Some(failover)] => self.failover(place, failover, stack),
            _ => {
                let says = format!("the service \"{}@file\" does not have any type defined", definition.name);
                let cause = Cause::ServiceWithoutType { name: definition.name.to_owned() };
                Err(self.board.fail(place, "", definition.key.span(), &says, cause))
            }
        };
        let built =
            built.and_then(|handler| match middlewares.filter(|_| self.board.surroundings.release.since(7, 0)) {
                None => Ok(handler),
                Some(list) => {
                    let owner =
                        Owner { kind: Kind::Http, part: Part::Service, name: definition.name, field: "middlewares" };
                    self.chain(list, definition.file, provider_of(definition.name), owner, stack).map(|()| handler)
                }
            });
        stack.pop();
        built.inspect_err(|says| self.board.states[place].add(says, true))
    }

    /// Refuses what is being built already.
    pub(super) fn recursion(&mut self, place: usize, stack: &Stack) -> Result<(), String> {
        if !stack.contains(&place) {
            return Ok(());
        }
        let (_, part, definition) = self.board.inventory.all()[place];
        let release = self.board.surroundings.release;
        let named = release.since(6, 8);
        if part == Part::Service && !named {
            let says = "goroutine stack exceeds 1000000000-byte limit: fatal error: stack overflow";
            return Err(self.board.fail(place, "", definition.key.span(), says, Cause::CrashingLoop));
        }
        let all = self.board.inventory.all();
        let shown = |place: &usize| {
            let (_, part, definition) = all[*place];
            match named {
                true => format!("{}:{}@file", part.noun(), definition.name),
                false => format!("{}@file", definition.name),
            }
        };
        let counted = stack.iter().filter(|at| named || all[**at].1 == Part::Middleware);
        let way: Vec<String> = counted.chain([&place]).map(shown).collect();
        let says = format!(
            "could not instantiate {} {}@file: recursion detected in {}",
            part.noun(),
            definition.name,
            way.join("->")
        );
        Err(self.board.fail(place, "", definition.key.span(), &says, Cause::Loop))
    }

    fn load_balancer(&mut self, place: usize, balancer: Ref<'a>) -> Result<Handler, String> {
        let definition = self.board.definition(place);
        let release = self.board.surroundings.release;
        let [servers, transport, strategy, health] =
            value::pick(balancer, ["servers", "serversTransport", "strategy", "healthCheck"]);
        let strategy_text = strategy.and_then(value::text).unwrap_or_default();
        let word = match &*strategy_text {
            _ if !release.since(4, 0) => "weighted",
            "" | "wrr" => {
                if release.since(6, 0) {
                    "WRR"
                } else {
                    "weighted"
                }
            }
            "p2c" => {
                if release.since(6, 0) {
                    "P2C"
                } else {
                    "weighted"
                }
            }
            "hrw" if release.since(6, 0) => "HRW",
            "leasttime" if release.since(6, 0) => "LeastTime",
            other => {
                let says = format!("unsupported load-balancer strategy {other:?}");
                let span = span_or(strategy, definition.key);
                return Err(self.board.fail(place, "loadBalancer.strategy", span, &says, Cause::BadService));
            }
        };
        let transport_text = transport.and_then(value::text).unwrap_or_default();
        let reference = Reference {
            text: &transport_text,
            at: self.board.at(place, span_or(transport, definition.key)),
            provider: provider_of(definition.name),
            owner: Owner {
                kind: Kind::Http,
                part: Part::Service,
                name: definition.name,
                field: "loadBalancer.serversTransport",
            },
        };
        let missing = !transport_text.is_empty()
            && self.board.find(Kind::Http, Part::ServersTransport, &reference) == Target::Nothing;
        let servers = servers.map(value::structs).unwrap_or_default();
        if missing && !release.since(2, 0) {
            let says = format!("servers transport not found {}", reference.qualified());
            return Err(self.unknown_transport(place, &reference, &says));
        }
        for server in &servers {
            let [url] = value::pick(*server, ["url"]);
            let text = url.and_then(value::text).unwrap_or_default();
            if let Some(why) = server_url::fault(&text, release) {
                let says = format!("error parsing server URL {text}: {why}");
                let cause = Cause::BadServerUrl { url: text.into_owned() };
                return Err(self.board.fail(place, "loadBalancer.servers", span_or(url, *server), &says, cause));
            }
            if missing {
                let says = format!(
                    "error building proxy for server URL {text}: getting RoundTripper: servers transport not found {}",
                    reference.qualified()
                );
                return Err(self.unknown_transport(place, &reference, &says));
            }
        }
        if missing && health.is_some() {
            let says = format!("getting RoundTripper: servers transport not found {}", reference.qualified());
            return Err(self.unknown_transport(place, &reference, &says));
        }
        Ok(Handler::Updater(health.is_none().then(|| not_enabled(word))))
    }

    fn unknown_transport(&mut self, place: usize, reference: &Reference<'_>, says: &str) -> String {
        let nearest = self.board.nearest(Kind::Http, Part::ServersTransport, reference.text);
        let cause = Cause::UnknownServersTransport { name: reference.text.to_owned(), nearest };
        self.board.states[place].add(says, true);
        self.board.trouble(reference.at, || reference.owner.path(), says, cause);
        says.to_owned()
    }

    fn weighted(
        &mut self,
        place: usize,
        weighted: Ref<'a>,
        kind: &'static str,
        stack: &mut Stack,
    ) -> Result<Handler, String> {
        let release = self.board.surroundings.release;
        let [services, health] = value::pick(weighted, ["services", "healthCheck"]);
        let health = health.filter(|node| value::is_on(*node));
        for child in services.map(value::structs).unwrap_or_default() {
            let handler = self.child(place, child, "name", kind, stack);
            let handler = handler.map_err(|says| match kind {
                "weighted" if release.since(6, 8) => {
                    let name = value::field(child, "name").and_then(value::text).unwrap_or_default();
                    format!("building HTTP service {name:?}: {says}")
                }
                "weighted" if release.since(6, 0) => format!("building HTTP service: {says}"),
                _ => says,
            })?;
            if health.is_some() {
                self.register(place, child, "name", kind, &handler)?;
            }
        }
        let word = match kind {
            "weighted" if release.since(6, 0) => "WRR",
            "weighted" => "weighted",
            _ => "HRW",
        };
        Ok(Handler::Updater(health.is_none().then(|| not_enabled(word))))
    }

    fn mirroring(&mut self, place: usize, mirroring: Ref<'a>, stack: &mut Stack) -> Result<Handler, String> {
        let [mirrors, health] = value::pick(mirroring, ["mirrors", "healthCheck"]);
        let main = self.child(place, mirroring, "service", "mirroring", stack)?;
        for mirror in mirrors.map(value::structs).unwrap_or_default() {
            self.child(place, mirror, "name", "mirroring.mirrors", stack)?;
            let percent = value::field(mirror, "percent");
            if percent.and_then(value::integer).is_some_and(|percent| !(0..=100).contains(&percent)) {
                let says = "percent must be between 0 and 100";
                return Err(self.board.fail(
                    place,
                    "mirroring.mirrors",
                    span_or(percent, mirror),
                    says,
                    Cause::BadService,
                ));
            }
        }
        let why = match (health.filter(|node| value::is_on(*node)), main) {
            (None, _) => Some(not_enabled("mirroring")),
            (Some(_), Handler::Updater(Some(why))) => {
                Some(Cow::Owned(format!("cannot register service of mirroring as updater: {why}")))
            }
            (Some(_), Handler::Internal) => {
                Some(Cow::Borrowed("service of mirroring http.HandlerFunc not a healthcheck.StatusUpdater"))
            }
            (Some(_), _) => None,
        };
        Ok(Handler::Updater(why))
    }

    fn failover(&mut self, place: usize, failover: Ref<'a>, stack: &mut Stack) -> Result<Handler, String> {
        let [health, errors] = value::pick(failover, ["healthCheck", "errors"]);
        let health = health.filter(|node| value::is_on(*node));
        let statuses = errors.and_then(|errors| value::field(errors, "status")).map(value::list).unwrap_or_default();
        let main = self.child(place, failover, "service", "failover", stack)?;
        if statuses.is_empty() || !self.board.surroundings.release.since(7, 0) {
            self.register(place, failover, "service", "failover", &main)?;
        }
        let fallback = self.child(place, failover, "fallback", "failover", stack)?;
        if health.is_some() {
            self.register(place, failover, "fallback", "failover", &fallback)?;
        }
        Ok(Handler::Updater(health.is_none().then(|| not_enabled("failover"))))
    }

    /// Builds the service that a field of a part of a service names.
    fn child(
        &mut self,
        place: usize,
        part: Ref<'a>,
        field: &str,
        kind: &str,
        stack: &mut Stack,
    ) -> Result<Handler, String> {
        let definition = self.board.definition(place);
        let [name] = value::pick(part, [field]);
        let text = name.and_then(value::text).unwrap_or_default();
        let shown = match kind {
            "weighted" | "highestRandomWeight" => format!("{kind}.services.{field}"),
            _ => format!("{kind}.{field}"),
        };
        let owner = Owner { kind: Kind::Http, part: Part::Service, name: definition.name, field: &shown };
        let at = self.board.at(place, span_or(name, part));
        self.service(&Reference { text: &text, at, provider: provider_of(definition.name), owner }, stack)
    }

    /// Makes a child tell its parent whether it is up.
    fn register(
        &mut self,
        place: usize,
        part: Ref<'a>,
        field: &str,
        kind: &str,
        child: &Handler,
    ) -> Result<(), String> {
        let parent = self.board.definition(place).name;
        let name = value::field(part, field);
        let text = name.and_then(value::text).unwrap_or_default();
        let says = match child {
            Handler::Updater(None) | Handler::Foreign => return Ok(()),
            Handler::Updater(Some(why)) => format!("cannot register {text} as updater for {parent}@file: {why}"),
            Handler::Internal => {
                format!("child service {text} of {parent}@file not a healthcheck.StatusUpdater (http.HandlerFunc)")
            }
        };
        let cause = Cause::HealthCheckMissing { child: text.into_owned() };
        Err(self.board.fail(place, kind, span_or(name, part), &says, cause))
    }
}

/// Why a service can't tell its parents whether it is up.
fn not_enabled(word: &str) -> Cow<'static, str> {
    Cow::Borrowed(match word {
        "WRR" => "healthCheck not enabled in config for this WRR service",
        "P2C" => "healthCheck not enabled in config for this P2C service",
        "HRW" => "healthCheck not enabled in config for this HRW service",
        "LeastTime" => "healthCheck not enabled in config for this LeastTime service",
        "mirroring" => "healthCheck not enabled in config for this mirroring service",
        "failover" => "healthCheck not enabled in config for this failover service",
        _ => "healthCheck not enabled in config for this weighted service",
    })
}
