//! What commands print, where, and in which form: the contract that scripts rely on.

use crate::support::place::{Place, Ran};
use serde_json::{Value, json};

fn two_routes() -> Place {
    let place = Place::with(&[("mw.yml", "http: {middlewares: {auth: {compress: {}}}}\n")]);
    place.ok(&[
        "route",
        "add",
        "app.example.com",
        "http://10.0.0.5:3000",
        "--middleware",
        "auth",
        "--entry-point",
        "web",
        "--cert-resolver",
        "le",
        "--priority",
        "5",
    ]);
    place.ok(&["route", "add", "*", "udp://10.0.0.9:53", "--entry-point", "dns", "--name", "dns"]);
    place
}

const FIELDS: [&str; 14] = [
    "name",
    "kind",
    "rule",
    "hosts",
    "entry_points",
    "tls",
    "cert_resolver",
    "middlewares",
    "service",
    "servers",
    "priority",
    "file",
    "line",
    "agent",
];

#[test]
fn route_list_as_json_is_the_contract() {
    let place = two_routes();
    let list = place.json(&["route", "list"]);
    let expected = json!({
        "schema_version": 1,
        "routes": [
            {
                "name": "app.example.com", "kind": "http", "rule": "Host(`app.example.com`)", "hosts": ["app.example.com"], "entry_points": ["web"],
                "tls": "on", "cert_resolver": "le", "middlewares": ["auth"], "service": "app.example.com", "servers": ["http://10.0.0.5:3000"],
                "priority": 5, "file": "routes.yml", "line": 3, "agent": null
            },
            {
                "name": "dns", "kind": "udp", "rule": null, "hosts": [], "entry_points": ["dns"], "tls": "off", "cert_resolver": null,
                "middlewares": [], "service": "dns", "servers": ["10.0.0.9:53"], "priority": null, "file": "routes.yml", "line": 20, "agent": null
            }
        ]
    });
    assert_eq!(list, expected);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&list), ["schema_version", "routes"]);
    for route in list["routes"].as_array().unwrap() {
        assert_eq!(keys(route), FIELDS);
    }
    let lines: Vec<Value> =
        place.ok(&["route", "list", "-o", "jsonl"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::Array(lines.clone()), list["routes"]);
    assert_eq!(keys(&lines[0]), FIELDS);
    let yaml = place.ok(&["route", "list", "--output", "yaml"]);
    assert!(yaml.contains("\n  tls: \"off\"\n"), "YAML 1.1 reads a bare off as false: {yaml}");
    assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), list);
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "app.example.com\ndns\n");
    assert_eq!(place.json(&["route", "list", "--kind", "tcp"]), json!({"schema_version": 1, "routes": []}));
}

#[test]
fn every_command_has_every_format() {
    let place = two_routes();
    for args in [
        &["init"][..],
        &["route", "add", "b.example.com", "http://10.0.0.1"],
        &["route", "set", "b.example.com", "--priority", "2"],
        &["route", "rename", "b.example.com", "b"],
        &["route", "show", "b"],
        &["route", "list"],
        &["route", "rm", "b", "-n"],
        &["config"],
    ] {
        for format in ["json", "jsonl", "yaml", "name", "table"] {
            let text = place.ok(&[args, &["-o", format]].concat());
            let value: Option<Value> = match format {
                "json" => Some(serde_json::from_str(&text).unwrap()),
                "jsonl" => text.lines().map(|line| serde_json::from_str(line).unwrap()).next(),
                "yaml" => Some(serde_yaml::from_str(&text).unwrap()),
                _ => None,
            };
            let is_route_line = format == "jsonl" && args[1..] == ["list"];
            if let Some(value) = value.filter(|_| !is_route_line) {
                assert_eq!(value["schema_version"], 1, "{args:?} {format}");
            }
            assert!(
                text.ends_with('\n') && text.lines().all(|line| format != "table" || line == line.trim_end()),
                "{args:?} {format} {text:?}"
            );
        }
    }
}

#[test]
fn route_show_as_json_says_where_each_part_stands() {
    let place = two_routes();
    place.ok(&["route", "set", "app.example.com", "--add-middleware", "far@docker"]);
    let value = place.json(&["route", "show", "app.example.com"]);
    assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["schema_version", "route", "parts"]);
    assert_eq!(value["route"], place.json(&["route", "list"])["routes"][0]);
    let part = |part: &str, name: &str, file: Option<&str>, line: Option<u32>| json!({"part": part, "name": name, "file": file, "line": line});
    let file = Some("routes.yml");
    let expected = [
        part("router", "app.example.com", file, Some(3)),
        part("service", "app.example.com", file, Some(15)),
        part("middleware", "auth", Some("mw.yml"), Some(1)),
        part("middleware", "far@docker", None, None),
    ];
    assert_eq!(value["parts"], Value::from(expected.to_vec()));
    let text = place.ok(&["route", "show", "app.example.com"]);
    assert!(text.contains("stands in     of another provider (middleware far@docker)\n"), "{text}");
}

#[test]
fn a_change_as_json_says_what_became_of_it() {
    let place = Place::new();
    let add = ["route", "add", "app.example.com", "http://10.0.0.5:3000"];
    let value = place.json(&add);
    assert_eq!(
        value.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["schema_version", "outcome", "changed", "change", "objects", "diff", "live"]
    );
    assert_eq!(
        (&value["outcome"], &value["changed"], &value["objects"][0]["name"]),
        (&json!("added"), &json!(true), &json!("app.example.com"))
    );
    assert!(value["diff"].as_str().unwrap().starts_with("--- /dev/null\n+++ b/routes.yml\n"));
    let value = place.json(&add);
    assert_eq!(
        (&value["outcome"], &value["changed"], &value["diff"]),
        (&json!("unchanged"), &json!(false), &json!(""))
    );
    assert_eq!(place.json(&["route", "rm", "app.example.com"])["outcome"], "removed");
    assert_eq!(place.json(&["route", "rm", "app.example.com", "--ignore-missing"])["outcome"], "unchanged");
}

#[test]
fn errors_as_json_have_code_place_and_cure() {
    let place = two_routes();
    let error = |args: &[&str]| {
        let ran = place.run(args);
        assert!(ran.err.is_empty(), "{ran:?}");
        let value: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(value["schema_version"], 1);
        assert_eq!(
            value["error"].as_object().unwrap().keys().collect::<Vec<_>>(),
            ["code", "message", "hint", "file", "line", "changed"]
        );
        (ran.code, value["error"].clone())
    };
    let (code, value) = error(&[
        "route",
        "add",
        "app.example.com",
        "http://10.0.0.6",
        "--entry-point",
        "web",
        "--tls",
        "on",
        "-o",
        "json",
    ]);
    assert_eq!(
        (code, &value["code"], &value["file"], &value["line"], &value["changed"]),
        (3, &json!("name-taken"), &json!("routes.yml"), &json!(3), &json!(false))
    );
    let (code, value) = error(&["route", "show", "nobody", "-ojson"]);
    assert_eq!(
        (code, &value["code"], &value["file"], &value["line"]),
        (3, &json!("not-found"), &Value::Null, &Value::Null)
    );
    let (code, value) = error(&["route", "ad", "--output=json"]);
    assert_eq!((code, &value["code"], &value["message"]), (2, &json!("usage"), &json!("unrecognized subcommand 'ad'")));
    let (_, value) = error(&["route", "add", "-o", "json"]);
    assert_eq!(value["message"], "the following required arguments were not provided: <HOST[/PATH]> <TARGET>...");
    let lines = place.run(&["route", "show", "nobody", "-o", "jsonl"]).out;
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let ran = Ran::of(place.bare().args(["route", "ad"]).env("CLOUDLUNACY_OUTPUT", "json").output().unwrap());
    assert!(ran.code == 2 && ran.err.is_empty() && ran.out.starts_with('{'), "{ran:?}");
}

#[test]
fn quiet_drops_the_result_line_alone() {
    let place = two_routes();
    assert_eq!(place.ok(&["-q", "route", "add", "q.example.com", "http://10.0.0.1"]), "");
    assert_eq!(place.ok(&["route", "set", "q.example.com", "--priority", "1", "--quiet"]), "");
    assert!(place.ok(&["-q", "route", "list"]).contains("q.example.com"));
    assert!(place.fails(3, &["-q", "route", "show", "nobody"]).starts_with("error: "));
}

#[test]
fn verbose_says_the_settings_on_standard_error() {
    let ran = two_routes().run(&["-v", "route", "list", "-o", "name"]);
    assert_eq!(ran.out, "app.example.com\ndns\n");
    assert!(
        ran.err.contains("dir: dynamic (flag)\n") && ran.err.contains("lock-timeout: 10s (default)\n"),
        "{}",
        ran.err
    );
}

#[test]
fn off_a_terminal_there_is_no_colour_no_box_and_no_cut() {
    let place = two_routes();
    let long = format!("{}.example.com", ["a".repeat(60).as_str(); 3].join("."));
    place.ok(&["route", "add", &long, "http://10.0.0.1"]);
    let ran = |args: &[&str], variables: &[(&str, &str)]| {
        let ran = Ran::of(place.command(args).envs(variables.iter().copied()).output().unwrap());
        ran.out + &ran.err
    };
    let table = ran(&["route", "list"], &[("COLUMNS", "40"), ("TERM", "xterm")]);
    assert!(
        table.lines().nth(1).unwrap().starts_with("app.example.com") && table.contains(&format!("Host(`{long}`)")),
        "{table}"
    );
    assert!(table.is_ascii() && table.lines().count() == 4);
    let error = ["route", "show", "nobody"];
    assert!(!ran(&error, &[]).contains('\u{1b}'));
    let always = ["--color", "always", "route", "show", "nobody"];
    assert!(ran(&always, &[]).contains("\u{1b}[1;31merror\u{1b}[0m: "));
    assert!(ran(&always, &[("NO_COLOR", "1")]).contains('\u{1b}'), "a flag goes before the environment");
    assert!(!ran(&["--color", "never", "route", "show", "nobody"], &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!ran(&error, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
}

#[test]
fn text_from_files_cannot_steer_the_terminal() {
    let place = Place::with(&[(
        "evil.yml",
        "http:\n  routers:\n    \"x\\e]0;owned\\a\": {rule: \"Host(`a`) \\u202e\", service: \"s\\e[2J\"}\n",
    )]);
    for args in [&["route", "list"][..], &["route", "list", "-o", "name"], &["route", "show", "a"], &["init"]] {
        let ran = place.run(args);
        assert!(!(ran.out.clone() + &ran.err).contains(['\u{1b}', '\u{7}', '\u{202e}']), "{args:?} {ran:?}");
    }
}

#[test]
fn a_directory_that_would_not_load_is_pointed_out_but_can_be_read() {
    let place = Place::with(&[
        ("a.yml", "http:\n  routers:\n    a: {rule: Host(`a`), service: x@docker}\n"),
        ("b.yml", "http:\n  routers: {}\n"),
    ]);
    let ran = place.run(&["route", "list", "-o", "name"]);
    assert!(ran.code == 0 && ran.out == "a\n", "{ran:?}");
    assert!(
        ran.err.starts_with("warning: b.yml:2: ") && ran.err.contains("a restart would lose its one route"),
        "{}",
        ran.err
    );
    let said = place.fails(3, &["route", "add", "c.example.com", "http://10.0.0.1"]);
    assert!(said.contains("b.yml:2: Traefik refuses this directory as it stands"), "{said}");
    for args in [&["init"][..], &["route", "add", "c.example.com", "http://10.0.0.1"]] {
        assert!(place.fails(3, args).contains(
            "hint: mend that first: until then Traefik applies no change, and a restart would lose its one route"
        ));
    }
    let ran = place.run(&["validate"]);
    assert!(
        ran.code == 1 && ran.out.contains("would refuse the directory, and a restart would lose its one route ("),
        "{ran:?}"
    );
    assert_eq!(place.json(&["validate"])["summary"]["lost_at_restart"], 1);
    let good = Place::with(&[("a.yml", &place.read("a.yml"))]);
    assert_eq!(good.json(&["validate"])["summary"]["lost_at_restart"], 0);
    let good = good.dir().to_str().unwrap().to_owned();
    let ran = place.run(&["diff", &good]);
    assert!(ran.out.contains("Traefik would refuse this now, and a restart would lose its one route: see"), "{ran:?}");
    assert_eq!(place.json(&["diff", &good])["lost_at_restart"], 1);
    assert_eq!(place.json(&["diff", ".", &good])["lost_at_restart"], 0);
    let place = Place::with(&[("b.yml", "http:\n  routers: [1]\n")]);
    let said = place.fails(3, &["route", "add", "c.example.com", "http://10.0.0.1"]);
    assert!(said.contains("b.yml:2: ") && said.contains("routers cannot be a standalone element"), "{said}");
    let ran = place.run(&["route", "list"]);
    assert!(ran.code == 0 && ran.err.contains("a restart would lose every route in it"), "{ran:?}");
}

#[test]
fn a_second_definition_that_comes_to_light_is_pointed_out() {
    let twice = "http:\n  routers:\n    a: {rule: Host(`a`), service: x@docker}\n";
    let place = Place::with(&[("a.yml", twice), ("b.yml", twice)]);
    let ran = place.run(&["route", "rm", "a"]);
    assert!(ran.code == 0 && ran.out.starts_with("removed  http  a"), "{ran:?}");
    assert_eq!(
        ran.err,
        "warning: b.yml:3: http router \"a\" is defined here too; Traefik takes this one from now on\n"
    );
}

/// An answer that nobody can take must not look like a change that was not made.
#[test]
fn a_full_or_closed_output_hides_nothing() {
    let place = two_routes();
    let full = |args: &[&str]| {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        Ran::of(place.command(args).stdout(full).output().unwrap())
    };
    let ran = full(&["route", "add", "full.example.com", "http://10.0.0.1"]);
    assert!(ran.code == 4 && ran.err.contains("written, answer not printed"), "{ran:?}");
    assert!(place.read("routes.yml").contains("full.example.com"));
    let ran = full(&["route", "list"]);
    assert!(ran.code == 4 && ran.err.contains("can't print the answer"), "{ran:?}");
    assert_eq!(full(&["--help"]).code, 4);
    // `route list | head` ends without a complaint.
    for args in [&["route", "list"][..], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = Ran::of(place.command(args).stdout(writer).output().unwrap());
        assert!(ran.code == 0 && ran.err.is_empty(), "{args:?} {ran:?}");
    }
}
