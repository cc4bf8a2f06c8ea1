use super::*;

fn expected(old: &str, new: &str) -> Expected {
    let file = FileChange { path: "a.yml".into(), old: Some(old.into()), new: Some(new.into()) };
    let after = File { path: "a.yml".into(), content: Content::of(Format::Yaml, new.into()) };
    let changed = Changed { outcomes: Vec::new(), number: None, files: vec![file], warnings: Vec::new() };
    Expected::of(&changed, &Inventory::of([&after]), Release::NEWEST)
}

const OLD: &str = "\
http:
  routers:
    a: {rule: Host(`a.example.com`), service: s, priority: 5}
    same: {rule: Host(`b.example.com`), service: s}
  middlewares:
    m: {rateLimit: {average: 10}}
  serversTransports:
    t: {insecureSkipVerify: false}
tls:
  options: {o: {minVersion: VersionTLS12}}
";

#[test]
fn what_came_went_or_changed_is_asked_for_and_nothing_else() {
    let new = "http:\n  routers:\n    same: {service: 's', rule: Host(`b.example.com`)}\n    a: {rule: Host(`a.example.com`), service: s}\n  middlewares:\n    n: {rateLimit: {average: 10}}\n";
    let found = expected(OLD, new);
    let names: Vec<_> = found.subjects.iter().map(|s| (s.part, s.name.as_str(), s.fields.clone())).collect();
    let fields = Some(BTreeSet::from(["priority".to_owned()]));
    assert_eq!(names, [(Part::Router, "a", fields), (Part::Middleware, "m", None), (Part::Middleware, "n", None)]);
    assert_eq!(found.untold, ["servers transport \"t\"", "tls"]);
}

#[test]
fn what_the_api_does_not_tell_is_said_to_be_so() {
    let found = expected(OLD, &OLD.replace("insecureSkipVerify: false", "insecureSkipVerify: true"));
    assert_eq!((found.subjects.len(), found.untold), (0, vec!["servers transport \"t\"".to_owned()]));
    let found = expected(OLD, &OLD.replace("VersionTLS12", "VersionTLS13"));
    assert_eq!((found.subjects.len(), found.untold), (0, vec!["tls".to_owned()]));
    let found = expected(OLD, &format!("# a comment\n{OLD}"));
    assert_eq!((found.subjects.len(), found.untold.len()), (0, 0));
    assert_eq!(expected(OLD, &OLD.replace("average: 10", "average: {{ 9 }}")).untold, ["a.yml"]);
}

#[test]
fn what_traefik_has_instead_is_said_in_its_words() {
    let meaning_of = |text: &str| {
        let file = File { path: "a.yml".into(), content: Content::of(Format::Yaml, text.into()) };
        let inventory = Inventory::of([&file]);
        inventory
            .get(Kind::Http, Part::Router, "a")
            .and_then(|d| meaning(Kind::Http, Part::Router, &d, Release::NEWEST))
    };
    let router =
        |rest: &str| meaning_of(&format!("http: {{routers: {{a: {{rule: Host(`a.b`), service: s{rest}}}}}}}\n"));
    let subject = |fields| Subject { kind: Kind::Http, part: Part::Router, name: "a".into(), fields };
    let all = subject(None);
    let words = |live, wanted| all.instead(live, wanted, &State::default()).map(|instead| instead.words);
    assert_eq!(words(router(""), router("")), None);
    assert_eq!(words(None, router("")).as_deref(), Some("it has no http router \"a\""));
    assert_eq!(words(router(""), None).as_deref(), Some("it still has http router \"a\""));
    let other = words(router(", priority: 3"), router(", priority: 4"));
    assert_eq!(other.as_deref(), Some("http router \"a\" has priority: 3 instead of 4"));
    assert_eq!(words(router(", priority: 3"), router("")), None, "what is filled in is none of the change");
    let lists = words(router(", middlewares: [x, y]"), router(", middlewares: [x]"));
    assert_eq!(lists.as_deref(), Some("http router \"a\" has middlewares: x, y instead of x"));
    let priority = subject(Some(BTreeSet::from(["priority".to_owned()])));
    assert!(priority.instead(router(", priority: 3"), router(""), &State::default()).is_some(), "it should be gone");
    assert!(priority.instead(router(", middlewares: [x]"), router(""), &State::default()).is_none());
    let disabled = State { is_disabled: true, errors: vec!["no such thing".into()] };
    let found = all.instead(router(""), router(""), &disabled).unwrap();
    assert!(found.is_loaded && found.words.ends_with("but disabled it: no such thing"));
    assert_eq!(encoded("a/b c%~ü@file"), "a%2Fb%20c%25~%C3%BC@file");
}
