//! Changing routes that are there: what is edited, what stays, and what is refused.

use crate::lifecycle::MIXED;
use crate::support::place::Place;

#[test]
fn what_is_taken_is_refused_with_its_place_and_the_cure() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    let said = place.fails(3, &["route", "add", "other.example.com", "http://10.0.0.9", "--name", "shop"]);
    assert!(
        said.contains("mixed.yml:5:")
            && said.contains("`cloudlunacy route set shop http://10.0.0.9`")
            && said.contains("--replace"),
        "{said}"
    );
    let said = place.fails(3, &["route", "add", "blog.example.com", "http://10.0.0.9"]);
    assert!(said.contains("mixed.yml:10:") && said.contains("route set blog http://10.0.0.9`"), "{said}");
    let said = place.fails(3, &["route", "add", "shared.example.com", "http://10.0.0.9", "--name", "shared"]);
    assert!(said.contains("http service \"shared\"") && said.contains("mixed.yml:18"), "{said}");
    // A path of the same host is another route.
    place.ok(&["route", "add", "blog.example.com/feed", "http://10.0.0.9"]);
    let error = place.json(&["route", "add", "blog.example.com", "http://10.0.0.9"]);
    let error = &error["error"];
    assert_eq!(
        (&error["code"], &error["file"], &error["line"], &error["changed"]),
        (&"host-taken".into(), &"mixed.yml".into(), &10.into(), &false.into())
    );
}

#[test]
fn no_change_takes_what_another_route_answers_for() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    place.ok(&["route", "add", "*", "http://10.0.0.9", "--name", "all"]);
    for args in [
        &["route", "add", "more.example.com", "http://10.0.0.9", "--host", "*"][..],
        &["route", "set", "shop", "--host", "*"],
        &["route", "set", "shop", "--rule", "PathPrefix(`/`)"],
    ] {
        let said = place.fails(3, args);
        assert!(said.contains("routes.yml:3: ") && said.contains("\"all\""), "{args:?} {said}");
    }
    let said = place.fails(3, &["route", "set", "shop", "--add-host", "news.example.com"]);
    assert!(
        said.contains("mixed.yml:11: router \"news\" would answer the same requests") && said.contains("route rm news"),
        "{said}"
    );
    // Apart by entry point or TLS they may both be; what was double before may be changed on.
    place.ok(&["route", "add", "news.example.com", "http://10.0.0.9", "--name", "tls", "--tls", "on"]);
    place.fails(3, &["route", "set", "tls", "--tls", "off"]);
    let double =
        MIXED.replace("    blog: {rule: Host(`blog.example.com`)", "    blog: {rule: Host(`news.example.com`)");
    let place = Place::with(&[("mixed.yml", &double)]);
    place.ok(&["route", "set", "blog", "--entry-point", "web"]);
    let said = place.fails(
        3,
        &["route", "add", "blog.example.com", "http://10.0.0.9", "--name", "blog", "--file", "other.yml", "--replace"],
    );
    assert!(
        said.contains("mixed.yml:10: ") && said.contains("`cloudlunacy route set blog --file other.yml`"),
        "{said}"
    );
}

#[test]
fn replace_keeps_what_is_not_named() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    let said = place.ok(&["route", "add", "shop.example.com", "http://10.0.0.9:80", "--name", "shop", "--replace"]);
    assert!(said.starts_with("changed  http  shop"), "{said}");
    let text = place.read("mixed.yml");
    assert!(
        text.contains("priority: 7")
            && text.contains("# keep the quotes")
            && text.contains("- url: http://10.0.0.9:80"),
        "{text}"
    );
    assert!(!text.contains("10.0.0.1:80") && text.contains("# The shop.") && text.contains("Ask Ana"), "{text}");
    // By host, under whatever name it has.
    place.ok(&["route", "add", "shop.example.com", "http://10.0.0.10:80", "--replace"]);
    let said =
        place.fails(3, &["route", "add", "shop.example.com", "http://10.0.0.10:80", "--replace", "--name", "other"]);
    assert!(said.contains("name it: --name shop --replace"), "{said}");
    assert_eq!(place.json(&["route", "show", "shop"])["route"]["servers"], serde_json::json!(["http://10.0.0.10:80"]));
}

#[test]
fn hosts_that_are_not_named_stay() {
    let place = Place::new();
    place.ok(&["route", "add", "a.com", "http://10.0.0.1", "--host", "b.com", "--host", "c.com"]);
    let hosts = || place.json(&["route", "show", "a.com"])["route"]["hosts"].clone();
    let all = serde_json::json!(["a.com", "b.com", "c.com"]);
    for args in [
        &["route", "add", "a.com", "http://10.0.0.1"][..],
        &["route", "add", "c.com", "http://10.0.0.1", "--host", "b.com", "--host", "a.com", "--name", "a.com"],
    ] {
        let said = place.ok(args);
        assert!(said.starts_with("unchanged"), "{args:?} {said}");
    }
    for args in [
        &["route", "add", "a.com", "http://10.0.0.2", "--replace"][..],
        &["route", "add", "b.com", "http://10.0.0.3", "--replace"],
    ] {
        place.ok(args);
        assert_eq!(hosts(), all, "{args:?}");
    }
    place.fails(3, &["route", "add", "a.com", "http://10.0.0.3", "--host", "b.com"]);
    place.ok(&["route", "add", "a.com", "http://10.0.0.3", "--host", "b.com", "--replace"]);
    assert_eq!(hosts(), serde_json::json!(["a.com", "b.com"]));
}

#[test]
fn a_cure_works_as_it_is_printed() {
    let place = Place::new();
    place.ok(&["route", "add", "*", "mysql://10.0.0.1", "--entry-point", "db"]);
    place.ok(&["route", "add", "*", "http://10.0.0.1"]);
    let other = &["route", "add", "*", "mysql://10.0.0.2", "--entry-point", "db", "--name", "other"];
    let said = place.fails(3, other);
    assert!(said.contains("to replace it, name it: --name '*' --replace;"), "{said}");
    assert!(said.contains("`cloudlunacy route set 'tcp/*' mysql://10.0.0.2:3306`"), "{said}");
    place.ok(&["route", "set", "tcp/*", "mysql://10.0.0.2:3306"]);
    place.ok(&["route", "add", "*", "mysql://10.0.0.3", "--entry-point", "db", "--name", "*", "--replace"]);
}

#[test]
fn set_replaces_edits_and_deletes_lists() {
    let middlewares = "http:\n  middlewares: {a: {compress: {}}, b: {compress: {}}, c: {compress: {}}}\n";
    let place = Place::with(&[("mw.yml", middlewares)]);
    place.ok(&["route", "add", "app.example.com", "http://10.0.0.1", "--middleware", "a", "--entry-point", "web"]);
    let shown = |field: &str| place.json(&["route", "show", "app.example.com"])["route"][field].to_string();
    let set = |args: &[&str]| place.ok(&[&["route", "set", "app.example.com"], args].concat());
    for (args, field, value) in [
        (vec!["--add-middleware", "b", "--add-middleware", "c"], "middlewares", r#"["a","b","c"]"#),
        (vec!["--remove-middleware", "b"], "middlewares", r#"["a","c"]"#),
        (vec!["--middleware", "c", "--middleware", "b"], "middlewares", r#"["c","b"]"#),
        (vec!["--no-middleware"], "middlewares", "[]"),
        (vec!["--add-entry-point", "websecure"], "entry_points", r#"["web","websecure"]"#),
        (vec!["--entry-point", "alt"], "entry_points", r#"["alt"]"#),
        (vec!["--no-entry-point"], "entry_points", "[]"),
        (vec!["--add-host", "www.example.com"], "hosts", r#"["app.example.com","www.example.com"]"#),
        (vec!["--remove-host", "www.example.com"], "hosts", r#"["app.example.com"]"#),
        (
            vec!["--host", "app.example.com", "--host", "b.example.com"],
            "hosts",
            r#"["app.example.com","b.example.com"]"#,
        ),
        (vec!["--host", "app.example.com"], "hosts", r#"["app.example.com"]"#),
        (vec!["http://10.0.0.2", "http://10.0.0.3"], "servers", r#"["http://10.0.0.2","http://10.0.0.3"]"#),
        (
            vec!["--add-target", "http://10.0.0.4"],
            "servers",
            r#"["http://10.0.0.2","http://10.0.0.3","http://10.0.0.4"]"#,
        ),
        (vec!["--remove-target", "http://10.0.0.3"], "servers", r#"["http://10.0.0.2","http://10.0.0.4"]"#),
        (vec!["--priority", "9"], "priority", "9"),
        (vec!["--no-priority"], "priority", "null"),
        (vec!["--cert-resolver", "le"], "tls", r#""on""#),
        (vec!["--no-cert-resolver"], "cert_resolver", "null"),
        (vec!["--no-tls"], "tls", r#""off""#),
        (vec!["--tls", "on"], "tls", r#""on""#),
        (vec!["--tls", "off"], "tls", r#""off""#),
        (
            vec!["--rule", "Host(`app.example.com`) && Method(`GET`)"],
            "rule",
            r#""Host(`app.example.com`) && Method(`GET`)""#,
        ),
    ] {
        let said = set(&args);
        assert!(said.starts_with("changed  http  app.example.com"), "{args:?} {said}");
        assert_eq!(shown(field), value, "{args:?}");
        if !args[0].starts_with("--add") {
            assert!(set(&args).starts_with("unchanged"), "{args:?} twice");
        }
    }
    let said = place.fails(2, &["route", "set", "app.example.com"]);
    assert!(said.contains("nothing to change was named"), "{said}");
    place.fails(
        2,
        &[
            "route",
            "set",
            "app.example.com",
            "--remove-target",
            "http://10.0.0.2",
            "--remove-target",
            "http://10.0.0.4",
        ],
    );
    place.fails(2, &["route", "set", "app.example.com", "--remove-host", "app.example.com"]);
}

#[test]
fn set_changes_only_the_bytes_it_must() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    place.ok(&["route", "set", "shop", "--add-target", "http://10.0.0.9:80", "--no-priority"]);
    let expected = MIXED
        .replace("      priority: 7\n", "")
        .replace("http://10.0.0.2:80\n", "http://10.0.0.2:80\n          - url: http://10.0.0.9:80\n");
    assert_eq!(place.read("mixed.yml"), expected);
    // A service that others use too is not changed behind their back.
    let said = place.fails(3, &["route", "set", "blog", "http://10.0.0.9"]);
    assert!(said.contains("also used by router \"news\""), "{said}");
}

#[test]
fn rename_takes_the_own_service_along() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    assert!(place.ok(&["route", "rename", "shop", "store"]).contains("was shop"));
    let text = place.read("mixed.yml");
    assert!(
        text.contains("    store:\n      rule: \"Host(`shop.example.com`)\"   # keep the quotes\n")
            && text.contains("    store:\n      loadBalancer:"),
        "{text}"
    );
    place.ok(&["route", "rename", "blog", "diary"]);
    assert!(place.read("mixed.yml").contains("diary: {rule: Host(`blog.example.com`), service: shared}"));
    assert!(place.ok(&["route", "rename", "diary", "diary"]).starts_with("unchanged"));
    assert!(place.fails(3, &["route", "rename", "diary", "news"]).contains("mixed.yml:11"));
    place.fails(2, &["route", "rename", "diary", "a/b"]);
    place.fails(3, &["route", "rename", "nobody", "x"]);
}

/// A move takes an entry's values along and nothing else, so there must be nothing else.
#[test]
fn a_move_that_would_lose_something_is_refused() {
    let service = "  services:\n    s: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}\n";
    for (name, text) in [
        (
            "a.yml",
            format!("http:\n  routers:\n    b:\n      rule: Host(`b.c`)\n      service: s # the old box\n{service}"),
        ),
        (
            "a.yml",
            format!("http:\n  routers:\n    b:\n      rule: Host(`b.c`)\n      service: s\n      # later\n{service}"),
        ),
        ("a.yml", format!("http:\n  routers:\n    a: &a {{rule: Host(`b.c`), service: s}}\n    b: *a\n{service}")),
        ("a.toml", "[http.routers.b.tls] # t\n[http.routers.b]\nrule = 'Host(`b.c`)'\nservice = 's'\n".to_owned()),
        ("a.toml", "[http.routers.b]\nrule = 'Host(`b.c`)'\nservice = 's' # s\n".to_owned()),
    ] {
        let place = Place::with(&[(name, &text)]);
        let said = place.fails(3, &["route", "set", "b", "--file", "other.yml"]);
        assert!(said.contains("can't be moved without losing something"), "{text}{said}");
    }
}

#[test]
fn a_new_rule_is_compared_with_routers_that_name_no_host() {
    let place = Place::with(&[(
        "a.yml",
        "http:\n  routers:\n    p: {rule: PathPrefix(`/x`), service: s}\n  services:\n    s: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}\n",
    )]);
    place.ok(&["route", "add", "q.example.com", "http://10.0.0.2"]);
    let said =
        place.fails(3, &["route", "set", "q.example.com", "--rule", "Host(`q.example.com`) || PathPrefix(`/x`)"]);
    assert!(said.contains("a.yml:3"), "{said}");
}
