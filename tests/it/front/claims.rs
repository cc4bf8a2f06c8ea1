//! Whether a host is free, asked of our own judgement and of the real Traefik: random rules, each alone on an entry point.
//!
//! `CLAIM_ROUNDS` and `CLAIM_SEED` ask for more, and for others.

use super::Front;
use crate::support::http::{self, Upstream};
use crate::support::place::Place;
use crate::support::random::Random;
use crate::support::tcp::{Listener, echoed};
use cloudlunacy::claim::{Claim, Routers, Why};
use cloudlunacy::document::Format;
use cloudlunacy::inventory::{Content, File, Inventory};
use cloudlunacy::name::{EntryPointName, Host};
use cloudlunacy::release::Release;
use cloudlunacy::static_config::Reading;
use cloudlunacy::surroundings::Surroundings;
use std::fmt::Write as _;

/// Entry points, each with one router of somebody else.
const PLACES: usize = 12;
const STRANGER: &str = "zz9.stranger";

/// A router of somebody else, and the host that is claimed beside it.
struct Case {
    rule: String,
    is_tcp: bool,
    is_old: bool,
    /// Whether it takes requests of ours for its hosts for certain.
    is_simple: bool,
    claimed: &'static str,
}

/// Hosts to ask for: what the claim stands for.
fn members(claimed: &str) -> &'static [&'static str] {
    match claimed {
        "a.test" => &["a.test"],
        "b.test" => &["b.test"],
        "s.a.test" => &["s.a.test"],
        "test" => &["test"],
        "a-1.test" => &["a-1.test"],
        "*.test" => &["a.test", "b.test", "a-1.test", "q.test"],
        "*.a.test" => &["s.a.test", "b.a.test"],
        other => panic!("{other}"),
    }
}

const CLAIMED: &[&str] =
    &["a.test", "a.test", "a.test", "a.test", "b.test", "s.a.test", "test", "a-1.test", "*.test", "*.test", "*.a.test"];
const NAMES: &[&str] = &[
    "a.test",
    "A.Test",
    "a.test.",
    "b.test",
    "s.a.test",
    "test",
    "a-1.test",
    "*.test",
    "*.a.test",
    "*.A.test.",
    "*",
    "a.test:80",
    "*.*.test",
    "a..test",
];
const REGEXPS: &[&str] = &[
    r".+",
    r"^.*$",
    r"^[^.]+\.test$",
    r"^a\.test$",
    r"^A\.test$",
    r"(?i)^A\.TEST$",
    r"^(.+\.)?a\.test$",
    r"^[a-z]+\.test\.?$",
    r"^[^a-z]",
    r"^[^A]\.test$",
    r"\.test$",
    r"a.*t",
    r"^(a|b)(-[0-9]{1,2})?\.test$",
    r"^a[^0-9]?1?\.",
    r"^\w+-\d\.test$",
    r"\ba\b",
    r"test\.$",
    r"^[[:alpha:]]\.test",
    r"^.{4}$",
    r"^(?:s\.)a",
    r"^{n:[a-z]+}\.test$",
    r"^\.test|^b",
];
const TEMPLATES: &[&str] =
    &["a.test", "{n}.test", "{n:[a-z]+}.test", "{n:.+}", "{n:.+}.a.test", "A.{n:[^.]+}", "{n:a|b}{m:.*}"];

fn matcher(random: &mut Random, is_tcp: bool, is_old: bool) -> String {
    let kind = random.below(if is_tcp { 7 } else { 10 });
    let (host, regexp) = if is_tcp { ("HostSNI", "HostSNIRegexp") } else { ("Host", "HostRegexp") };
    match kind {
        0..=2 if is_old && !is_tcp => {
            format!("{}(`{}`, `{}`)", random.pick(&["Host", "HostHeader"]), random.pick(NAMES), random.pick(NAMES))
        }
        0 => format!("{host}(`a.test`)"),
        1 | 2 => format!("{host}(`{}`)", random.pick(NAMES)),
        3 | 4 => format!("{regexp}(`{}`)", random.pick(if is_old { TEMPLATES } else { REGEXPS })),
        5 => (*random.pick(&["ClientIP(`127.0.0.1`)", "ClientIP(`10.0.0.1`)"])).to_owned(),
        _ if is_tcp => (*random.pick(&["ALPN(`h2`)", "ClientIP(`127.0.0.0/8`)"])).to_owned(),
        6 | 7 => (*random.pick(&["PathPrefix(`/`)", "PathPrefix(`/p`)", "Path(`/`)", "Path(`/never`)"])).to_owned(),
        8 => (*random.pick(&["Method(`GET`)", "Method(`POST`)"])).to_owned(),
        _ if is_old => "Headers(`K`, `v`)".to_owned(),
        _ => {
            let name = random.pick(&["K", "X-Forwarded-Host", "Host"]);
            format!("Header(`{name}`, `{}`)", random.pick(&["v", "a.test", "b.test:8080"]))
        }
    }
}

fn rule(random: &mut Random, is_tcp: bool, is_old: bool, depth: usize) -> String {
    let below = |random: &mut Random| rule(random, is_tcp, is_old, depth + 1);
    match random.below(if depth > 2 { 3 } else { 8 }) {
        0..=2 => matcher(random, is_tcp, is_old),
        3 => format!("!{}", matcher(random, is_tcp, is_old)),
        4 => format!("!({})", below(random)),
        5 => format!("{} || {}", below(random), below(random)),
        _ => format!("({}) && {}", below(random), below(random)),
    }
}

fn case(random: &mut Random) -> Case {
    let (is_tcp, is_old, is_simple) = (random.one_in(3), random.one_in(4), random.one_in(3));
    let claimed = *random.pick(CLAIMED);
    let rule = match is_simple {
        false => rule(random, is_tcp, is_old, 0),
        // older Traefik never matches capitals in HostSNI
        true if is_tcp => format!("HostSNI(`{}`)", random.pick(&NAMES[2..7])),
        true => format!("Host(`{}`){}", random.pick(&NAMES[..7]), random.pick(&["", " && PathPrefix(`/p`)"])),
    };
    Case { rule, is_tcp, is_old, is_simple, claimed }
}

fn entry_point(at: usize) -> String {
    format!("e{at}")
}

/// The file of the others, on the entry point of each.
fn others(cases: &[Case], http: &str, tcp: &str, marker: &str) -> String {
    let mut text = String::new();
    for (protocol, is_tcp) in [("http", false), ("tcp", true)] {
        let _ = writeln!(text, "{protocol}:\n  routers:");
        // one on every entry point, which tells that it has the file
        let rule = if is_tcp { "HostSNI(`marker.invalid`)\n      tls: {}" } else { marker };
        let _ = writeln!(text, "    marker:\n      rule: {rule}\n      service: s");
        for (at, case) in cases.iter().enumerate().filter(|(_, case)| case.is_tcp == is_tcp) {
            let rule = serde_json::Value::from(case.rule.as_str());
            let entry_point = entry_point(at);
            let _ =
                writeln!(text, "    r{at}:\n      rule: {rule}\n      entryPoints: [{entry_point}]\n      service: s");
            if case.is_old {
                text.push_str("      ruleSyntax: v2\n");
            }
            if is_tcp {
                text.push_str("      tls: {passthrough: true}\n");
            }
        }
        let server = if is_tcp { format!("address: {tcp}") } else { format!("url: {http}") };
        let _ = writeln!(text, "  services:\n    s:\n      loadBalancer:\n        servers:\n          - {server}");
    }
    text
}

/// The first message of a TLS client that asks for a name.
fn client_hello(name: &str, alpn: Option<&str>) -> Vec<u8> {
    fn sized(width: usize, bytes: &[u8]) -> Vec<u8> {
        let length = (bytes.len() as u32).to_be_bytes();
        [&length[4 - width..], bytes].concat()
    }
    let extension = |number: u8, body: Vec<u8>| [vec![0, number], sized(2, &body)].concat();
    let mut extensions = extension(0, sized(2, &[vec![0], sized(2, name.as_bytes())].concat()));
    if let Some(alpn) = alpn {
        extensions.extend(extension(16, sized(2, &sized(1, alpn.as_bytes()))));
    }
    let body = [vec![3, 3], vec![7; 32], vec![0], sized(2, &[0xc0, 0x2f]), vec![1, 0], sized(2, &extensions)].concat();
    let message = [vec![1], sized(3, &body)].concat();
    [vec![22, 3, 1], sized(2, &message)].concat()
}

/// Which requests for a host the one router on this entry point takes, each at the same place of the list.
fn answers(port: u16, is_tcp: bool, host: &str) -> Vec<bool> {
    if is_tcp {
        let said = [None, Some("h2")].map(|alpn| client_hello(host, alpn));
        return said.iter().map(|said| echoed(port, said).is_ok_and(|back| back == *said)).collect();
    }
    let mut all = Vec::new();
    for path in ["/", "/p", "/p/q?a=b"] {
        for headers in [&[][..], &[("K", "v")]] {
            all.push(http::request(port, host, path, headers).unwrap().status == 200);
        }
    }
    all
}

/// Whether some request for a host is taken that isn't taken for a stranger's.
fn is_held(port: u16, is_tcp: bool, host: &str) -> bool {
    let strangers = answers(port, is_tcp, STRANGER);
    let spellings = match is_tcp {
        true => vec![host.to_owned(), host.to_uppercase()],
        false => vec![host.to_owned(), host.to_uppercase(), format!("{host}."), format!("{host}:8080")],
    };
    spellings.iter().any(|host| answers(port, is_tcp, host).iter().zip(&strangers).any(|(own, all)| *own && !*all))
}

fn front(release: Option<&str>) -> Front {
    Front::start(Place::new(), |options| {
        let options = (0..PLACES).fold(options.tcp("web"), |options, at| options.tcp(&entry_point(at)));
        release.into_iter().fold(options, |options, release| options.release(release))
    })
}

fn surroundings(front: &Front, release: Release) -> Surroundings {
    let known = std::fs::read_to_string(front.traefik.static_file()).unwrap();
    let static_config = Reading::of_file(Format::Yaml, &known).config;
    assert!(static_config.is_some());
    Surroundings { static_config, ..Surroundings::unknown(release) }
}

/// Why a host is not free on an entry point.
fn why(inventory: &Inventory<'_>, surroundings: &Surroundings, host: &str, entry_point: &str) -> Option<Why> {
    let hosts: Vec<Host> = vec![host.parse().unwrap()];
    let entry_points: Vec<EntryPointName> = vec![entry_point.parse().unwrap()];
    let claim = Claim { hosts: &hosts, entry_points: &entry_points, surroundings };
    Routers::of(inventory).taken(&claim, |_, name| name.starts_with("own")).map(|taken| taken.why)
}

/// Lets both judge these, and gives what they disagree about and how often a host was free, taken without need, and taken.
fn compare(
    front: &Front,
    release: Release,
    round: u64,
    cases: &[Case],
    servers: (&str, &str),
) -> (Vec<String>, [usize; 3]) {
    let path = format!("/marker-{round}");
    let text = others(cases, servers.0, servers.1, &format!("Path(`{path}`)"));
    front.by_hand("others.yml", &text);
    (0..PLACES).for_each(|at| front.serves_on(&entry_point(at), "marker.invalid", &path, &format!("app {path}")));
    let surroundings = surroundings(front, release);
    let file = File { path: "others.yml".into(), content: Content::of(Format::Yaml, text) };
    let inventory = Inventory::of([&file]);
    let (mut wrong, mut counts) = (Vec::new(), [0; 3]);
    for (at, case) in cases.iter().enumerate() {
        let why = why(&inventory, &surroundings, case.claimed, &entry_point(at));
        let port = front.port(&entry_point(at));
        let held = members(case.claimed).iter().any(|host| is_held(port, case.is_tcp, host));
        let sure = case.is_simple && !case.is_old && why.is_some_and(|why| why != Why::UnclearRule);
        counts[usize::from(why.is_some()) + usize::from(why.is_some() && held)] += 1;
        if held && why.is_none() || sure && !held {
            wrong.push(format!(
                "{} for {} (tcp: {}, v2: {}): {why:?}, but held: {held}",
                case.rule, case.claimed, case.is_tcp, case.is_old
            ));
        }
    }
    (wrong, counts)
}

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

fn rounds(release: Option<&str>) {
    let front = front(release);
    let (app, echo) = (Upstream::start("app"), Listener::echo());
    let mut random = Random::new(asked("CLAIM_SEED", 1));
    let judged = release.map_or(Release::NEWEST, |release| Release::parse(release).unwrap());
    let (mut wrong, mut counts) = (Vec::new(), [0; 3]);
    for round in 0..asked("CLAIM_ROUNDS", 4) {
        let cases: Vec<Case> = (0..PLACES).map(|_| case(&mut random)).collect();
        let (more, counted) = compare(&front, judged, round, &cases, (&app.url(), &echo.address()));
        wrong.extend(more);
        counts = std::array::from_fn(|at| counts[at] + counted[at]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts[0] > 0 && counts[2] > counts[1], "{counts:?}");
}

#[test]
fn what_is_free_is_answered_by_nobody() {
    rounds(None);
}

#[test]
fn what_is_free_is_answered_by_nobody_in_older_traefik() {
    rounds(Some("3.6.15"));
}

/// What was thought of, or found, once: the rule, the claimed host, and whether requests for it are taken.
const HTTP: &[(&str, &str, bool)] = &[
    ("Header(`X-Forwarded-Host`, `a.test`)", "a.test", true),
    ("Header(`x-forwarded-host`, `b.test:8080`)", "b.test", true),
    ("HostRegexp(`^.+\\.test$`) && !Host(`a.test`)", "a.test", false),
    ("HostRegexp(`^.+\\.test$`) && !Host(`a.test`)", "b.test", true),
    ("HostRegexp(`^.+\\.test\\.?$`) && !HostRegexp(`^a\\.test$`)", "a.test", true),
    ("HostRegexp(`^[^A]\\.test$`)", "a.test", true),
    ("Host(`b.test`) || PathPrefix(`/p`)", "a.test", false),
    ("!(!Host(`A.TEST.`) || Path(`/`))", "a.test", true),
    ("Host(`*.test`)", "a.test", true),
    ("Host(\"\\x61.test\")", "a.test", true),
    ("PathPrefix(`/`) && !Host(`b.test`)", "a.test", false),
    ("HOST(`a.test`) /* not b */", "a.test", true),
];

#[test]
fn what_was_found_once_stays_so() {
    let front = front(None);
    let (app, echo) = (Upstream::start("app"), Listener::echo());
    assert_eq!(HTTP.len(), PLACES);
    let case = |(rule, claimed, _): &(&str, &'static str, bool)| Case {
        rule: (*rule).to_owned(),
        is_tcp: false,
        is_old: false,
        is_simple: true,
        claimed,
    };
    let cases: Vec<Case> = HTTP.iter().map(case).collect();
    let text = others(&cases, &app.url(), &echo.address(), "Path(`/marker`)");
    front.by_hand("others.yml", &text);
    (0..PLACES).for_each(|at| front.serves_on(&entry_point(at), "marker.invalid", "/marker", "app /marker"));
    let surroundings = surroundings(&front, Release::NEWEST);
    let file = File { path: "others.yml".into(), content: Content::of(Format::Yaml, text) };
    let inventory = Inventory::of([&file]);
    for (at, (rule, claimed, is_held)) in HTTP.iter().enumerate() {
        let why = why(&inventory, &surroundings, claimed, &entry_point(at));
        let held = self::is_held(front.port(&entry_point(at)), false, claimed);
        assert_eq!((why.is_some(), held), (*is_held, *is_held), "{rule} for {claimed}: {why:?}");
    }
}

#[test]
fn who_has_a_name_has_it_in_the_other_protocol_too() {
    let front = front(None);
    let (app, echo) = (Upstream::start("app"), Listener::echo());
    let passing = "rule: HostSNI(`a.test`), tls: {passthrough: true}, service: s";
    let text = format!(
        r"
tcp:
  routers:
    theirs: {{{passing}, entryPoints: [e0]}}
    own1: {{{passing}, entryPoints: [e1, e2]}}
  services:
    s: {{loadBalancer: {{servers: [address: '{}']}}}}
http:
  routers:
    own2: {{rule: Host(`a.test`), tls: {{}}, entryPoints: [e0], service: s}}
    secure: {{rule: Host(`a.test`) && Path(`/x`), tls: {{}}, entryPoints: [e1], service: s}}
    every: {{rule: PathPrefix(`/`), tls: {{}}, entryPoints: [e2], service: s}}
    top: {{rule: PathPrefix(`/`), entryPoints: [e3]}}
    below: {{rule: Host(`a.test`), parentRefs: [top], service: s}}
    twice: {{rule: Host(`b.test`), entryPoints: [e4], service: s}}
    marker: {{rule: Path(`/marker`), priority: 1000, service: s}}
  services:
    s: {{loadBalancer: {{servers: [url: '{}']}}}}
",
        echo.address(),
        app.url()
    );
    let second = "http:\n  routers:\n    twice: {rule: Host(`a.test`), entryPoints: [e4], service: s}\n";
    front.by_hand("second.yml", second);
    front.by_hand("others.yml", &text);
    (0..5).for_each(|at| front.serves_on(&entry_point(at), "marker.invalid", "/marker", "app /marker"));
    let surroundings = surroundings(&front, Release::NEWEST);
    let file = |path: &str, text: &str| File { path: path.into(), content: Content::of(Format::Yaml, text.to_owned()) };
    let files = [file("others.yml", &text), file("second.yml", second)];
    let inventory = Inventory::of(&files);
    let is_taken = |at: usize| why(&inventory, &surroundings, "a.test", &entry_point(at)).is_some();

    // Our HTTPS router has taken the connections of their TCP router, and theirs those of ours, whatever its path.
    let hello = client_hello("a.test", None);
    let is_passed = |at: usize| echoed(front.port(&entry_point(at)), &hello).is_ok_and(|back| back == hello);
    assert_eq!((is_passed(0), is_taken(0)), (false, true));
    assert_eq!((is_passed(1), is_taken(1)), (false, true));
    // One that asks for no host leaves it to whoever does.
    assert_eq!((is_passed(2), is_taken(2)), (true, false));
    // A router below another answers for its host, and one whose name is taken does not.
    let status = |at: usize| http::get(front.port(&entry_point(at)), "a.test", "/").0;
    assert_eq!((status(3), is_taken(3)), (200, true));
    assert_eq!((status(4), is_taken(4)), (404, false));
}
