//! `serve-register`: makes the server of its parts, and runs it until it is told to stop.

use super::agent::{domains, terms};
use super::{Context, Outcome};
use crate::authority::Authority;
use crate::cli::{Approve, ServeRegister};
use crate::error::{Code, Error};
use crate::register::compat::Compat;
use crate::register::decide::Rules;
use crate::register::desk::Desk;
use crate::register::exchange::Handler;
use crate::register::http::{self, Bounds, Counters, Log, Server, Site, Tls};
use crate::register::leases::Leases;
use crate::register::service::Service;
use crate::settings::duration;
use crate::store::now;
use anyhow::Context as _;
use serde_json::{Value, json};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

pub(super) fn serve(context: &Context, args: &ServeRegister) -> Result<Outcome, Error> {
    let journal = Arc::new(Journal::open());
    let writing = journal.clone();
    let log: Log = Arc::new(move |event| writing.write(event));
    let authority = Authority::create(&context.state_dir)?;
    // Whoever can't read the directory now need not begin.
    context.store.read()?;
    let lease = args.lease.as_deref().map(lease).transpose()?;
    let _alone = lease.map(|_| authority.lock_leases(&context.store)).transpose()?;
    let rules = rules(context, args, lease.is_some());
    let (tls, compat) = {
        let _starting = authority.lock(&context.store)?;
        authority.clear_leftovers()?;
        let compat = args.compat.then(|| Compat::open(&authority, &rules.domains)).transpose()?;
        (tls(args, &authority, &log)?, compat)
    };
    let (listeners, metrics) = (listeners(args)?, args.metrics.map(listen).transpose()?);
    must_be_safe(args, &listeners)?;
    let mut terms = terms(context);
    let sockets = listeners.iter().chain(&metrics);
    terms.own.ports.extend(sockets.filter_map(|listener| Some(listener.local_addr().ok()?.port())));
    if terms.facts.static_config.is_none() {
        let what =
            "no static configuration is known: agents with a grant for this machine could reach Traefik's own ports";
        log(json!({ "level": "warning", "event": "static-unknown", "message": what }));
    }
    let leases = leases(&authority, lease.is_some())?;
    let desk = Arc::new(Desk {
        authority,
        store: context.store.clone().following_no_links(),
        terms,
        rules,
        leases: leases.into(),
        log: log.clone(),
        tally: Default::default(),
    });
    let (inbox, worker) = desk.clone().open().context("can't begin a thread")?;
    let service = Arc::new(Service::new(desk.clone(), inbox, lease, args.agent_rate, compat));
    let ticker = service.clone().tick();
    let counters = Arc::new(Counters::default());
    let bounds = Bounds { rate: args.rate, burst: args.rate.saturating_mul(2), ..Bounds::DEFAULT };
    let doors = doors(args, tls, (listeners, metrics), (&service, &counters));
    let served = http::serve(Server { doors, bounds, log: log.clone(), counters });
    // What was taken in is carried out before the end.
    service.close();
    let _ = (ticker.join(), worker.join());
    desk.write_down();
    log(json!({ "event": "stopped" }));
    journal.finish();
    served.map_err(|error| Error::new(Code::Io, format!("the server failed: {error}")))?;
    Ok(Outcome::Text(String::new()))
}

/// Everybody who has ever beaten has his whole lease before him; nobody where there are no leases.
fn leases(authority: &Authority, are_kept: bool) -> Result<Leases, Error> {
    let mut alive = if are_kept { authority.agents()? } else { Vec::new() };
    alive.retain(|agent| agent.has_beaten && agent.removed.is_none());
    Ok(Leases::begin(alive.into_iter().map(|agent| agent.id), authority.seen()?, Instant::now()))
}

/// Who listens where: agents, and Prometheus.
fn doors(
    args: &ServeRegister,
    tls: Option<Tls>,
    (listeners, metrics): (Vec<TcpListener>, Option<TcpListener>),
    (service, counters): (&Arc<Service>, &Arc<Counters>),
) -> Vec<(TcpListener, Arc<Site>)> {
    let answering = service.clone();
    let handler: Handler = Arc::new(move |request| answering.clone().answer(request));
    let site = Arc::new(Site { tls, hosts: args.server_names.clone(), handler });
    let mut doors: Vec<_> = listeners.into_iter().map(|listener| (listener, site.clone())).collect();
    if let Some(listener) = metrics {
        let (service, counters) = (service.clone(), counters.clone());
        let handler: Handler = Arc::new(move |request| {
            let answer = service.metrics(&request, &counters);
            Box::pin(std::future::ready(answer))
        });
        doors.push((listener, Arc::new(Site { tls: None, hosts: Vec::new(), handler })));
    }
    doors
}

/// Refuses to send credentials over a network in plain text unasked.
fn must_be_safe(args: &ServeRegister, listeners: &[TcpListener]) -> Result<(), Error> {
    let has_tls = args.tls_cert.is_some() || args.self_signed;
    let mut addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok());
    let open = addresses.find(|address| !address.ip().to_canonical().is_loopback());
    match open.filter(|_| !has_tls && !args.insecure_http) {
        Some(address) => {
            Err(Error::new(Code::Usage, format!("agents would send their credentials to {address} in plain text"))
                .hint("give --tls-cert and --tls-key, or --self-signed; behind a proxy that ends TLS, --insecure-http"))
        }
        None if args.client_ca.is_some() && !has_tls => {
            Err(Error::new(Code::Usage, "--client-ca needs TLS")
                .hint("give --tls-cert and --tls-key, or --self-signed"))
        }
        None => Ok(()),
    }
}

fn tls(args: &ServeRegister, authority: &Authority, log: &Log) -> Result<Option<Tls>, Error> {
    let (certificate, key) = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => (certificate.into(), key.into()),
        _ if args.self_signed => {
            let [certificate, key] = authority.server_certificate();
            let names = args.server_names.iter().cloned().chain(args.listen.iter().map(|a| a.ip().to_string()));
            http::self_signed(&certificate, &key, names.collect())?;
            log(json!({ "event": "certificate", "pin": authority.fingerprint()? }));
            (certificate, key)
        }
        _ => return Ok(None),
    };
    Tls::new(certificate, key, args.client_ca.as_ref().map(Into::into)).map(Some)
}

fn listeners(args: &ServeRegister) -> Result<Vec<TcpListener>, Error> {
    let failed =
        |error: std::io::Error| Error::new(Code::Io, format!("can't take over the sockets of systemd: {error}"));
    let handed = http::activated().map_err(failed)?;
    if handed.is_empty() { args.listen.iter().map(|address| listen(*address)).collect() } else { Ok(handed) }
}

fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    http::bind(address).map_err(|error| {
        Error::new(Code::Io, format!("can't listen on {address}: {error}")).hint("choose another address with --listen")
    })
}

fn lease(text: &str) -> Result<Duration, Error> {
    duration(text).filter(|lease| *lease >= Duration::from_secs(1)).ok_or_else(|| {
        Error::new(Code::BadValue, format!("--lease: {text:?} is no time of 1s or more")).hint("write 90s or 5m")
    })
}

fn rules(context: &Context, args: &ServeRegister, has_leases: bool) -> Rules {
    let domains = domains(context, args.app_domain.as_ref(), args.mongo_domain.as_ref());
    Rules { domains, needs_approval: args.approve == Approve::Manual, has_leases }
}

/// The log, a line of JSON for each event, on standard error. It is written by a thread of its own: a reader that has
/// stopped to read holds nothing up, and what there is no room for is left out.
struct Journal {
    lines: SyncSender<String>,
    /// Lines that are not written yet.
    waiting: Arc<AtomicUsize>,
}

impl Journal {
    fn open() -> Journal {
        const ROOM: usize = 4096;
        let (lines, written) = sync_channel::<String>(ROOM);
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        std::thread::spawn(move || {
            for line in written {
                let _ = std::io::stderr().write_all(line.as_bytes());
                left.fetch_sub(1, Relaxed);
            }
        });
        Journal { lines, waiting }
    }

    fn write(&self, mut event: Value) {
        event["time"] = json!(now());
        self.waiting.fetch_add(1, Relaxed);
        if self.lines.try_send(format!("{event}\n")).is_err() {
            self.waiting.fetch_sub(1, Relaxed);
        }
    }

    /// Gives what is left a moment to be written.
    fn finish(&self) {
        const MOMENT: Duration = Duration::from_millis(10);
        for _ in 0..50 {
            if self.waiting.load(Relaxed) == 0 {
                return;
            }
            std::thread::sleep(MOMENT);
        }
    }
}
