use super::*;
use crate::document::Format;
use crate::inventory::Content;
use crate::judge::take;
use crate::surroundings::Surroundings;

fn compared(old: &[(&str, &str)], new: &[(&str, &str)]) -> Comparison {
    let release = Release::parse("3.7").unwrap();
    let files = |texts: &[(&str, &str)]| -> Vec<File> {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).into(),
            content: Content::of(Format::of(path).unwrap(), (*text).into()),
        };
        texts.iter().map(file).collect()
    };
    let (old, new) = (files(old), files(new));
    let (old, new) = (Inventory::of(&old), Inventory::of(&new));
    let surroundings = Surroundings::unknown(release);
    let (was, is) = (take(&old, &surroundings), take(&new, &surroundings));
    compare(&Side { inventory: &old, taken: &was, release }, &Side { inventory: &new, taken: &is, release })
}

fn details(old: &str, new: &str) -> Vec<(String, Vec<Detail>)> {
    let found = compared(&[("a.yml", old)], &[("a.yml", new)]).differences;
    let changed = |d: Difference| match d.change {
        Change::Changed(details) => (format!("{} {}", d.kind, d.name), details),
        other => panic!("{other:?}"),
    };
    found.into_iter().map(changed).collect()
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

const ROUTES: &str = "http:\n  routers:\n    app: {rule: 'Host(`a.example.com`)', service: app, middlewares: [one, two]}\n  middlewares:\n    one: {compress: {}}\n    two: {basicAuth: {users: ['eve:$apr1$x$y']}}\n  services:\n    app: {loadBalancer: {servers: [{url: http://10.0.0.1}, {url: http://10.0.0.2}]}}\n";

#[test]
fn the_same_in_another_language_file_and_order_is_the_same() {
    let toml = "[http.services.app.loadBalancer]\npassHostHeader = true\n[[http.services.app.loadBalancer.servers]]\nurl = \"http://10.0.0.1\"\n[[http.services.app.loadBalancer.servers]]\nURL = \"http://10.0.0.2\"\n";
    let yaml = "# routes\nhttp:\n  middlewares:\n    two:\n      basicauth:\n        users: eve:$apr1$x$y\n    one: {compress: true}\n  routers:\n    app:\n      service: app\n      middlewares: one,two\n      rule: Host(`a.example.com`)\n      priority: 0\n";
    let found = compared(&[("a.yml", ROUTES)], &[("b.toml", toml), ("c.yml", yaml)]);
    assert!(found.is_same(), "{:#?}", found.differences);
    assert_eq!(found.texts.len(), 3);
}

#[test]
fn hosts_servers_and_lists_are_told_item_by_item() {
    let rule = ROUTES.replace("Host(`a.example.com`)", "Host(`a.example.com`) || Host(`b.example.com`)");
    let hosts = Detail::Hosts { added: texts(&["b.example.com"]), removed: vec![] };
    assert_eq!(details(ROUTES, &rule), [("http.router app".into(), vec![hosts])]);
    let server = ROUTES.replace(", {url: http://10.0.0.2}", "");
    let field = "loadBalancer.servers".to_owned();
    let gone = Detail::Items { field, added: vec![], removed: texts(&["http://10.0.0.2"]) };
    assert_eq!(details(ROUTES, &server), [("http.service app".into(), vec![gone])]);
    let order = Detail::Order { field: "middlewares".into(), now: texts(&["two", "one"]) };
    assert_eq!(details(ROUTES, &ROUTES.replace("[one, two]", "[two, one]")), [("http.router app".into(), vec![order])]);
    let path = ROUTES.replace("Host(`a.example.com`)", "Host(`b.example.com`) && PathPrefix(`/x`)");
    assert_eq!(details(ROUTES, &path)[0].1.len(), 2, "the hosts, and the rule");
}

#[test]
fn a_password_is_not_shown() {
    let new = ROUTES.replace("$x$y", "$x$z");
    let secrets = Detail::Secrets { field: "basicAuth.users".into(), of: texts(&["eve"]) };
    assert_eq!(details(ROUTES, &new), [("http.middleware two".into(), vec![secrets])]);
}

#[test]
fn another_name_is_no_other_object_and_states_are_compared() {
    let renamed = ROUTES.replace("    app: {rule", "    web: {rule");
    let found = compared(&[("a.yml", ROUTES)], &[("a.yml", &renamed)]).differences;
    assert!(
        matches!(&found[..], [Difference { change: Change::Renamed { from }, name, .. }] if from == "app" && name == "web"),
        "{found:?}"
    );
    let found = compared(&[], &[("a.yml", &ROUTES.replace("[one, two]", "[three]"))]).differences;
    let disabled = |d: &Difference| matches!(&d.change, Change::Added { state: Some(_), .. });
    assert_eq!(found.iter().filter(|d| disabled(d)).count(), 1, "{found:?}");
    let dangling = ROUTES.replace("    two: {basicAuth", "    three: {basicAuth");
    let found = compared(&[("a.yml", ROUTES)], &[("a.yml", &dangling)]).differences;
    let state = |d: &Difference| matches!(&d.change, Change::Changed(details) if matches!(details[..], [Detail::State { to: Status::Disabled, .. }]));
    assert!(found.iter().any(|d| d.name == "app" && state(d)), "{found:?}");
}

#[test]
fn what_cannot_be_read_is_compared_as_text() {
    let template = "http: {{ env `X` }}\n";
    let same = compared(&[("a.yml", template)], &[("a.yml", template)]);
    assert!(same.is_same() && same.verdicts.0 == Verdict::Unknown);
    let other = compared(&[("a.yml", template)], &[("a.yml", "http: {{ env `Y` }}\n")]);
    assert_eq!((other.opaque.as_slice(), other.is_same()), (&["a.yml".to_owned()][..], false));
    assert_eq!(compared(&[("a.yml", ROUTES)], &[("a.yml", "http: [\n")]).verdicts.1, Verdict::Rejected);
}
