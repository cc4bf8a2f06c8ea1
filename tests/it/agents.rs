//! Agents, as an administrator manages them: tokens, grants, registrations.

use crate::support::place::{Place, Ran};

/// Words of a command, with a state folder of the place's own.
fn words(line: &str) -> Vec<&str> {
    ["--state-dir", "state"].into_iter().chain(line.split_whitespace()).collect()
}

fn ok(place: &Place, line: &str) -> String {
    place.ok(&words(line))
}

fn fails(place: &Place, code: i32, line: &str) -> String {
    place.fails(code, &words(line))
}

fn run(place: &Place, line: &str) -> Ran {
    place.run(&words(line))
}

fn json(place: &Place, line: &str) -> serde_json::Value {
    place.json(&words(line))
}

const REGISTER: &str = "agent register web-7 --address 10.8.0.7 --app shop=3000 --app blog.example.com=3001 \
                        --app-domain apps.example.com --mongodb 27017 --mongo-domain mongo.example.com \
                        --entry-point web --static traefik.yml";

/// A place with a static configuration.
fn place() -> Place {
    let place = Place::new();
    let config = "entryPoints: {web: {address: ':80'}, mongodb: {address: ':27017'}}\n";
    std::fs::write(place.top().join("traefik.yml"), config).unwrap();
    place
}

fn routes(place: &Place) -> Vec<String> {
    ok(place, "route list -o name").lines().map(str::to_owned).collect()
}

#[test]
fn an_agent_is_registered_with_its_routes_and_again_is_nothing() {
    let place = place();
    let said = ok(&place, REGISTER);
    assert!(said.starts_with("added  agent  web-7\n") && said.contains("change 1; undo:"), "{said}");
    assert_eq!(routes(&place), ["shop.apps.example.com", "blog.example.com", "web-7.mongo.example.com"]);
    let database = json(&place, "route show web-7.mongo.example.com")["route"].clone();
    assert_eq!((&database["kind"], &database["tls"]), (&"tcp".into(), &"on".into()));
    assert_eq!(database["entry_points"], serde_json::json!(["mongodb"]));
    assert_eq!((&database["servers"][0], &database["agent"]), (&"10.8.0.7:27017".into(), &"web-7".into()));
    assert_eq!(ok(&place, "route list --agent web-7 -o name").lines().count(), 3);
    let times = "stat -c '%y %n' dynamic dynamic/*.yml state/agents state/agents/* state/audit.jsonl";
    let (before, then) = (place.files(), place.sh(times).out);
    let again = json(&place, REGISTER);
    assert_eq!((&again["outcome"], &again["changed"]), (&"unchanged".into(), &false.into()));
    assert_eq!((place.files(), place.sh(times).out), (before, then));
    // Its server has moved: what is named follows, what is not stays.
    ok(&place, "agent register web-7 --address 10.8.0.8 --app shop=3000 --app-domain apps.example.com");
    assert!(
        place.read("agent-web-7.yml").contains("10.8.0.8:3000")
            && place.read("agent-web-7.yml").contains("10.8.0.7:3001")
    );
    let agents = json(&place, "agent list");
    assert_eq!((&agents["agents"][0]["id"], &agents["agents"][0]["address"]), (&"web-7".into(), &"10.8.0.8".into()));
    // A dry run keeps nothing.
    let other = REGISTER.replace("web-7", "web-8").replace("shop", "s").replace("blog", "b");
    ok(&place, &format!("{other} -n"));
    assert_eq!(ok(&place, "agent list -o name"), "web-7\n");
}

#[test]
fn an_agent_gets_nothing_of_anybody_else() {
    let place = place();
    place.ok(&["route", "add", "shop.apps.example.com", "http://10.0.0.1:80"]);
    let before = place.files();
    let said = fails(&place, 3, REGISTER);
    assert!(
        said.contains("routes.yml:3: http router") && said.contains("which is not the agent's, answers for"),
        "{said}"
    );
    assert!(ok(&place, "agent list -o name").is_empty(), "nothing is left of what was refused");
    assert_eq!(place.files(), before);
    place.ok(&["route", "rm", "shop.apps.example.com"]);
    ok(&place, REGISTER);
    let second = "agent register web-8 --address 10.8.0.9 --app blog.example.com=1";
    assert!(fails(&place, 3, second).contains("not the agent's"));
    // What an administrator has put in the place of a route is his.
    ok(&place, "route rm blog.example.com");
    place.ok(&["route", "add", "blog.example.com", "http://10.0.0.1:80"]);
    assert!(fails(&place, 3, REGISTER).contains("not the agent's"));
    ok(&place, "agent rm web-7");
    assert_eq!(routes(&place), ["blog.example.com"]);
}

#[test]
fn promise_19_a_grant_bounds_what_an_agent_has() {
    let place = place();
    ok(&place, REGISTER);
    assert!(run(&place, "agent can web-7 any.example.com http://10.0.0.1:80").out.starts_with("yes"), "no grant yet");
    let grant = "agent grant web-7 --host *.apps.example.com --target 10.8.0.0/24:3000-3999 --max-routes 2";
    let said = ok(&place, grant);
    assert!(said.contains("removed  http  blog.example.com") && said.contains("removed  tcp "), "{said}");
    assert_eq!(routes(&place), ["shop.apps.example.com"]);
    assert_eq!(json(&place, "agent show web-7")["agent"]["routes"].as_array().unwrap().len(), 1);
    for (question, answer) in [
        ("shop.apps.example.com http://10.8.0.7:3000", "yes"),
        ("a.b.apps.example.com http://10.8.0.7:3000", "no: the host a.b.apps.example.com is not granted"),
        ("shop.apps.example.com http://10.8.0.7:80", "no: the target 10.8.0.7 with port 80 is not granted"),
        ("shop.apps.example.com http://169.254.169.254:3000", "no: the target"),
    ] {
        let ran = run(&place, &format!("agent can web-7 {question}"));
        assert_eq!((ran.code, ran.out.starts_with(answer)), (i32::from(answer != "yes"), true), "{question}: {ran:?}");
    }
    assert!(fails(&place, 2, "agent can web-7 shop.apps.example.com http://name:3000").contains("give the address"));
    assert!(fails(&place, 3, REGISTER).contains("is not granted"));
    let more = "agent register web-7 --address 10.8.0.7 --app a=3000 --app b=3000 --app-domain apps.example.com";
    assert!(fails(&place, 3, more).contains("the grant allows 2 routes"));
}

#[test]
fn promise_19_what_is_not_granted_any_more_no_undo_brings_back() {
    let place = place();
    ok(&place, REGISTER);
    ok(&place, "agent grant web-7 --host *.apps.example.com --target 10.8.0.0/24");
    let said = fails(&place, 3, "undo 2");
    assert!(said.contains("can't come back: agent web-7 is not granted it any more"), "{said}");
    assert!(fails(&place, 3, "restore 1").contains("is not granted it any more"));
    ok(&place, "agent rm web-7");
    assert!(fails(&place, 3, "undo").contains("agent web-7 has been removed"));
    // Nor does anything else stand in the way of taking back what is nobody's.
    place.write("agent-hand.yml", "http: {routers: {h: {rule: Host(`h`), service: s}}, services: {s: {loadBalancer: {servers: [{url: 'http://10.0.0.1'}]}}}}\n");
    ok(&place, "route rm h");
    ok(&place, "undo");
    assert_eq!(routes(&place), ["h"]);
}

#[test]
fn promise_19_what_an_undo_brings_back_is_the_agents_again() {
    let place = place();
    ok(&place, REGISTER);
    ok(&place, "route rm --yes blog.example.com web-7.mongo.example.com");
    ok(&place, "undo");
    assert_eq!(routes(&place).len(), 3);
    // Taken away from its record too, and brought back, it goes with the agent.
    let labels = || json(&place, "agent show web-7")["agent"]["routes"].as_array().unwrap().len();
    ok(&place, "undo 1");
    assert_eq!((routes(&place).len(), labels()), (0, 0));
    ok(&place, "undo 4");
    assert_eq!((routes(&place).len(), labels()), (3, 3));
    let kept = json(&place, "agent show web-7")["agent"]["routes"].to_string();
    assert!(kept.contains("10.8.0.7:27017") && kept.contains("blog.example.com"), "{kept}");
    assert_eq!(ok(&place, "route list --agent web-7 -o name").lines().count(), 3);
    ok(&place, "agent disable web-7");
    assert!(routes(&place).is_empty());
    ok(&place, "agent enable web-7");
    assert_eq!(routes(&place).len(), 3);
    ok(&place, "agent rm web-7");
    assert!(routes(&place).is_empty());
}

#[test]
fn an_agent_leaves_with_its_routes_or_without() {
    let place = place();
    ok(&place, REGISTER);
    let shown = ok(&place, "agent rm web-7 -n");
    assert!(shown.contains("-      rule: Host(`blog.example.com`)"), "{shown}");
    let said = ok(&place, "agent rm web-7 --keep-routes");
    assert!(said.starts_with("removed  agent  web-7"), "{said}");
    assert_eq!(routes(&place).len(), 3);
    assert!(ok(&place, "route list --agent web-7 -o name").is_empty());
    assert!(fails(&place, 3, "agent rm web-7").contains("there is no agent \"web-7\""));
    // The name is free again, its routes are the administrator's.
    assert!(fails(&place, 3, REGISTER).contains("not the agent's"));
}

#[test]
fn promise_19_a_token_is_shown_once_and_kept_as_a_hash() {
    let place = place();
    let create = "agent token create web-7 --host *.web-7.example.com --target 10.8.0.7:3000-3999 -o json";
    let made = json(&place, create.trim_end_matches(" -o json"));
    let secret = made["token"].as_str().unwrap();
    let parts: Vec<&str> = secret.split('_').collect();
    assert_eq!((parts[0], parts[1], parts[2].len()), ("clt", made["id"].as_str().unwrap(), 64));
    let kept = place.sh(&format!("grep -r {} state dynamic; grep -rc {} state/tokens", parts[2], parts[1])).out;
    assert!(!kept.contains(parts[2]), "the secret is kept: {kept}");
    let listed = json(&place, "agent token list");
    assert_eq!(
        (&listed["tokens"][0]["state"], &listed["tokens"][0]["token"]),
        (&"open".into(), &serde_json::Value::Null)
    );
    assert!(ok(&place, &format!("agent token revoke {}", parts[1])).starts_with("revoked"));
    assert_eq!(ok(&place, &format!("agent token revoke {}", parts[1])), "unchanged\n");
    assert_eq!(json(&place, "agent token list")["tokens"][0]["state"], "revoked");
    for id in ["../agents/web-7", "0", &"0".repeat(16)] {
        assert!(fails(&place, 3, &format!("agent token revoke {id}")).contains("there is no such token"));
    }
    let modes = place.sh("stat -c '%a %n' state state/tokens state/tokens/* state/audit.jsonl").out;
    assert!(modes.lines().all(|line| line.starts_with("700 ") || line.starts_with("600 ")), "{modes}");
    let audit = std::fs::read_to_string(place.top().join("state/audit.jsonl")).unwrap();
    assert!(audit.contains("token create") && audit.contains("token revoke") && !audit.contains(parts[2]), "{audit}");
}

#[test]
fn a_token_that_makes_no_sense_is_not_made() {
    let place = place();
    for (args, what) in [
        ("web-* --host *.apps.example.com --target 10.0.0.1", "a pattern of ids needs `{id}` in each host"),
        ("Web --host a.example.com --target 10.0.0.1", "has no capitals"),
        ("../x --host a.example.com --target 10.0.0.1", "small letters, digits and `-` only"),
        ("web --host * --target 10.0.0.1", "would grant every host"),
        ("web --host a.example.com --target 10.0.0.1/24", "names an address in a network"),
        ("web --host a.example.com --target example.com", "is no network"),
        ("web --host a.example.com --target 10.0.0.1 --ttl 0s", "is no time"),
        ("web --host a.example.com --target 10.0.0.1 --ttl 9999d", "is no time"),
        (
            "web --host a.example.com --target 10.0.0.1 --entry-point nope --static traefik.yml",
            "no entry point \"nope\"",
        ),
    ] {
        let said = fails(&place, if args.contains("nope") { 3 } else { 2 }, &format!("agent token create {args}"));
        assert!(said.contains(what), "{args}: {said}");
    }
    assert!(!place.top().join("state/tokens").exists());
    ok(&place, "agent token create web-* --host *.{id}.example.com --target 10.0.0.0/24 --uses 3 --ttl 7d");
}

#[test]
fn the_state_folder_is_closed_to_others() {
    let place = place();
    ok(&place, REGISTER);
    place.sh("chmod 755 state");
    let said = fails(&place, 4, "agent list");
    assert!(said.contains("must be yours or root's, and closed to all others") && said.contains("chmod 700"), "{said}");
    assert!(fails(&place, 4, REGISTER).contains("closed to all others"));
    // Who may not see what is granted takes back what is no agent's, and nothing else.
    place.ok(&["route", "add", "mine", "http://10.0.0.1:80"]);
    ok(&place, "undo");
    ok(&place, "route rm blog.example.com");
    assert!(fails(&place, 4, "undo").contains("closed to all others"));
    place.sh("chmod 700 state");
    ok(&place, "undo");
    place.sh("chmod 755 state");
    // Who may not read it sees the routes, and no owners.
    assert_eq!(json(&place, "route show blog.example.com")["route"]["agent"], serde_json::Value::Null);
}

#[test]
fn an_audit_log_that_can_not_be_written_stops_changes() {
    let place = place();
    place.sh("mkdir -m 700 state; mkdir state/audit.jsonl");
    let said = fails(&place, 4, REGISTER);
    assert!(said.contains("audit log"), "{said}");
    assert!(place.files().is_empty() && ok(&place, "agent list -o name").is_empty());
}

#[test]
fn promise_19_whose_a_host_is_is_decided_on_rules() {
    let service = "services: {s: {loadBalancer: {servers: [{url: 'http://10.0.0.1'}]}}}";
    let app = "agent register web-7 --address 10.8.0.7 --app shop.example.com=3000";
    for (rule, answer) in [
        ("Host(`SHOP.example.com`) && PathPrefix(`/admin`)", Some("answers for shop.example.com")),
        ("!Host(`a`) && (PathPrefix(`/x`) && Host(`b`, `shop.example.com`))", Some("answers for shop.example.com")),
        ("Host(`*.example.com`)", Some("answers for every host like shop.example.com")),
        ("HostRegexp(`^sh.p\\\\.example\\\\.com$`)", Some("answers for every host like")),
        ("Host(`shop.example.com.evil.com`) || Host(`xshop.example.com`)", None),
        ("PathPrefix(`/`)", None),
    ] {
        let place = place();
        place.write("hand.yml", &format!("http: {{routers: {{r: {{rule: \"{rule}\", service: s}}}}, {service}}}\n"));
        match answer {
            Some(why) => {
                let said = fails(&place, 3, app);
                assert!(said.contains("hand.yml:1") && said.contains(why), "{rule}: {said}");
            }
            None => drop(ok(&place, app)),
        }
    }
    let place = place();
    place.write("tcp.yml", "tcp: {routers: {r: {rule: 'HostSNI(`shop.example.com`)', service: s, tls: {passthrough: true}}}, services: {s: {loadBalancer: {servers: [{address: '10.0.0.1:1'}]}}}}\n");
    assert!(fails(&place, 3, app).contains("tcp router \"r\", which is not the agent's, answers for shop.example.com"));
    place.write("tcp.yml", "# {{ env \"X\" }}\n");
    assert!(fails(&place, 3, app).contains("is a Go template, which may answer for"));
}

#[test]
fn root_leaves_the_state_folder_to_the_user_whose_it_is() {
    let place = place();
    if place.sh("id -u").out != "0\n" {
        return;
    }
    place.sh("mkdir -m 700 state && chown 65534:65534 state");
    ok(&place, REGISTER);
    ok(&place, "agent token create web-8 --host *.web-8.example.com --target 10.8.0.7");
    ok(&place, "agent rm web-7");
    let foreign = place.sh("find state ! -uid 65534 -o ! -gid 65534").out;
    assert!(foreign.is_empty(), "{foreign}");
}
