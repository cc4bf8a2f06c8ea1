use super::*;
use crate::inventory::Content;
use crate::release::Release;
use crate::runtime::{self, Status};
use crate::surroundings::Surroundings;
use proptest::prelude::*;

/// Files by path; what is not there has no text.
type Texts = BTreeMap<String, String>;

fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), content: Content::of(Format::of(path).unwrap(), text.to_owned()) }
}

fn files(texts: &Texts) -> Vec<File> {
    texts.iter().map(|(path, text)| file(path, text)).collect()
}

/// The writes of a change from some files to others, which is planned in this order of the files.
fn writes(before: &Texts, after: &Texts, order: &[String]) -> Vec<Act> {
    let old = files(before);
    let (mut acts, mut edited) = (Vec::new(), Vec::new());
    for path in order.iter().filter(|path| before.get(*path) != after.get(*path)) {
        let path = path.clone();
        edited.push(file(&path, after.get(&path).map_or("", |text| text)));
        acts.push(match (before.get(&path), after.get(&path)) {
            (_, None) => Act::Delete { path },
            (None, Some(text)) => Act::Create { path, text: text.clone() },
            (Some(_), Some(text)) => Act::Replace { path, text: text.clone() },
        });
    }
    ordered(&Inventory::of(&old), &Inventory::of(&files(after)), edited.iter(), acts)
}

/// The state of each router, and what Traefik says of it.
fn routers(texts: &Texts) -> BTreeMap<(&'static str, String), (Status, Vec<String>)> {
    let files = files(texts);
    let inventory = Inventory::of(&files);
    let runtime = runtime::build(&inventory, &Surroundings::unknown(Release::NEWEST));
    let routers = runtime.objects.into_iter().filter(|object| object.kind.ends_with(".router"));
    routers.map(|object| ((object.kind, object.name.into_owned()), (object.status, object.errors))).collect()
}

/// Makes the writes one after the other, and looks at each state in between; gives the paths in their order.
fn check(before: &Texts, after: &Texts, order: &[String]) -> Vec<String> {
    let (first, last) = (routers(before), routers(after));
    let (mut now, mut paths) = (before.clone(), Vec::new());
    for act in writes(before, after, order) {
        match &act {
            Act::Replace { path, text } | Act::Create { path, text } => now.insert(path.clone(), text.clone()),
            Act::Delete { path } => now.remove(path),
        };
        paths.push(act.path().to_owned());
        let state = routers(&now);
        for (router, (status, errors)) in &state {
            let worst = [&first, &last].iter().filter_map(|end| Some(end.get(router)?.0)).max();
            assert!(Some(*status) <= worst, "{router:?} after {paths:?}: {errors:?}\n{now:#?}");
        }
        let lost = first.keys().find(|router| last.contains_key(*router) && !state.contains_key(*router));
        assert_eq!(lost, None, "after {paths:?}\n{now:#?}");
    }
    assert_eq!(&now, after);
    paths
}

fn texts(files: &[(&str, &str)]) -> Texts {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn all_paths(before: &Texts, after: &Texts) -> Vec<String> {
    before.keys().chain(after.keys()).cloned().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

fn router(name: &str, service: &str) -> String {
    format!("http:\n  routers:\n    {name}:\n      rule: Host(`{name}.example.com`)\n      service: {service}\n")
}

fn service(name: &str) -> String {
    format!("  services:\n    {name}:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.1\n")
}

fn of_both_orders(before: &Texts, after: &Texts) -> [Vec<String>; 2] {
    let mut order = all_paths(before, after);
    let there = check(before, after, &order);
    order.reverse();
    [there, check(before, after, &order)]
}

#[test]
fn what_is_referred_to_comes_first_and_goes_last() {
    let (a, b) = (router("x", "y"), format!("http:\n{}", service("y")));
    let both = texts(&[("a.yml", &a), ("b.yml", &b)]);
    assert_eq!(of_both_orders(&Texts::new(), &both), [["b.yml", "a.yml"], ["b.yml", "a.yml"]]);
    assert_eq!(of_both_orders(&both, &Texts::new()), [["a.yml", "b.yml"], ["a.yml", "b.yml"]]);
}

#[test]
fn promise_5_what_moves_is_in_both_files_for_a_moment() {
    let whole = router("x", "x") + &service("x");
    let (before, after) = (texts(&[("a.yml", &whole)]), texts(&[("b.yml", &whole)]));
    assert_eq!(of_both_orders(&before, &after), [["b.yml", "a.yml"], ["b.yml", "a.yml"]]);
    let renamed = router("x", "x").replace("    x:", "    other:") + &service("x");
    let after = texts(&[("b.yml", &renamed)]);
    assert_eq!(of_both_orders(&before, &after), [["b.yml", "a.yml"], ["b.yml", "a.yml"]], "as does a rule");
}

#[test]
fn crosswise_one_file_is_written_in_two_steps() {
    let (a, b) = (router("x", "y") + &service("x"), router("y", "x") + &service("y"));
    let kept = "http:\n  middlewares:\n    kept: {addPrefix: {prefix: /}} # as it is\n";
    let old = texts(&[("a.yml", kept)]);
    let new = texts(&[("a.yml", &(kept.to_owned() + &a[6..])), ("b.yml", &b)]);
    for (before, after) in [(&old, &new), (&new, &old)] {
        for paths in of_both_orders(before, after) {
            assert_eq!(paths.len(), 3, "{paths:?}");
            assert_eq!(paths.first(), paths.last());
        }
    }
    let acts = writes(&old, &new, &all_paths(&old, &new));
    let Some(Act::Replace { text, .. }) = acts.first() else { panic!("{acts:?}") };
    assert!(text.starts_with(kept) && text.contains("10.0.0.1") && !text.contains("routers"), "{text}");
}

#[test]
fn what_can_not_be_written_in_steps_is_written_once() {
    let (a, b) = (router("x", "y") + &service("x"), router("y", "x") + &service("y"));
    let (before, after) =
        (texts(&[("a.yml", "{{ a }}"), ("b.yml", "{{ b }}")]), texts(&[("a.yml", &a), ("b.yml", &b)]));
    let paths: Vec<String> =
        writes(&before, &after, &all_paths(&before, &after)).iter().map(|a| a.path().to_owned()).collect();
    assert_eq!(paths, ["a.yml", "b.yml"]);
}

/// What one name stands for in one version: the file that it is in, and what it refers to.
type Choice = (usize, usize, usize);

const FILES: [&str; 3] = ["a.yml", "b.toml", "c.yml"];
const SECTIONS: [&str; 5] =
    ["tls.options", "http.serversTransports", "http.services", "http.middlewares", "http.routers"];

/// Files with options, transports, services, middlewares and routers, each name in one of them or in none.
fn configuration(choices: &[Choice]) -> Texts {
    let mut texts = Texts::new();
    for (at, section) in SECTIONS.iter().enumerate() {
        for (n, (place, one, two)) in choices.iter().skip(4 * at).take(4).enumerate() {
            let Some(path) = FILES.get(place / 3) else { continue };
            let (one, two) = (*one, *two);
            let entry = match at {
                0 => format!("o{n}: {{minVersion: 'VersionTLS1{one}'}}"),
                1 => format!("t{n}: {{serverName: 's{one}'}}"),
                2 if n > 0 && one > 1 => format!("s{n}: {{weighted: {{services: [{{name: 's{}'}}]}}}}", two % n),
                2 => format!(
                    "s{n}: {{loadBalancer: {{serversTransport: 't{one}', servers: [{{url: 'http://s{two}'}}]}}}}"
                ),
                3 if n > 0 && one > 1 => format!("m{n}: {{chain: {{middlewares: ['m{}']}}}}", two % n),
                3 => format!("m{n}: {{errors: {{status: ['500'], query: '/', service: 's{two}'}}}}"),
                _ => format!(
                    "r{n}: {{rule: 'Host(`r{n}`)', service: 's{one}', middlewares: ['m{two}'], tls: {{options: 'o{one}'}}}}"
                ),
            };
            let text: &mut String = texts.entry((*path).to_owned()).or_default();
            let (top, section) = section.split_once('.').unwrap();
            if path.ends_with("toml") {
                let (name, value) = entry.split_once(": ").unwrap();
                *text += &format!("{top}.{section}.{name} = {}\n", value.replace(": ", " = "));
                continue;
            }
            for heading in [format!("{top}:\n"), format!("  {section}:\n")] {
                if !text.contains(&heading) {
                    *text += &heading;
                }
            }
            *text += &format!("    {entry}\n");
        }
    }
    texts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn promise_5_every_state_in_between_is_valid(
        before in prop::collection::vec((0usize..10, 0usize..4, 0usize..4), 20),
        after in prop::collection::vec((0usize..10, 0usize..4, 0usize..4), 20),
        keep in prop::collection::vec(any::<bool>(), 20),
        order in Just(FILES.map(str::to_owned).to_vec()).prop_shuffle(),
    ) {
        let after: Vec<Choice> =
            keep.iter().zip(before.iter().zip(&after)).map(|(keep, (old, new))| if *keep { *old } else { *new }).collect();
        let paths = check(&configuration(&before), &configuration(&after), &order);
        prop_assert!(paths.len() <= 6 * FILES.len(), "{:?}", paths);
    }
}
