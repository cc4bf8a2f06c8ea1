//! A route's life, as a user's terminal session.

use crate::support::place::Place;

/// A file as people keep it.
pub(crate) const MIXED: &str = "\
# The front server's routes. Ask Ana before touching db.
http:
  routers:
    # The shop.
    shop:
      rule: \"Host(`shop.example.com`)\"   # keep the quotes
      service: 'shop'
      priority: 7

    blog: {rule: Host(`blog.example.com`), service: shared}
    news: {rule: Host(`news.example.com`), service: shared}
  services:
    shop:
      loadBalancer:
        servers:
          - url: http://10.0.0.1:80   # the old machine
          - url: http://10.0.0.2:80
    shared: {loadBalancer: {servers: [{url: http://10.0.0.3}]}}
";

#[test]
fn promise_1_add_list_and_remove_leave_the_directory_as_it_was() {
    let place = Place::new();
    place.ok(&["route", "add", "app.example.com", "http://10.0.0.5:3000"]);
    assert!(place.ok(&["route", "list"]).contains("Host(`app.example.com`)"));
    place.ok(&["route", "rm", "app.example.com"]);
    assert_eq!(place.files(), []);
}

#[test]
fn each_kind_of_route_is_written_as_traefik_reads_it() {
    for (args, expected) in [
        (
            vec!["app.example.com/api", "http://10.0.0.5:3000", "h2c://10.0.0.6:3000"],
            "http:\n  routers:\n    app.example.com~api:\n      rule: Host(`app.example.com`) && PathPrefix(`/api`)\n      service: app.example.com~api\n  services:\n    app.example.com~api:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n          - url: h2c://10.0.0.6:3000\n",
        ),
        (
            vec!["db.example.com", "mongodb://10.0.0.6", "--entry-point", "mongodb"],
            "tcp:\n  routers:\n    db.example.com:\n      rule: HostSNI(`db.example.com`)\n      entryPoints:\n        - mongodb\n      service: db.example.com\n      tls: {}\n  services:\n    db.example.com:\n      loadBalancer:\n        servers:\n          - address: \"10.0.0.6:27017\"\n",
        ),
        (
            vec!["db.example.com", "tls://10.0.0.6:443", "--entry-point", "e", "--tls", "passthrough", "--name", "db"],
            "tcp:\n  routers:\n    db:\n      rule: HostSNI(`db.example.com`)\n      entryPoints:\n        - e\n      service: db\n      tls:\n        passthrough: true\n  services:\n    db:\n      loadBalancer:\n        servers:\n          - address: \"10.0.0.6:443\"\n",
        ),
        (
            vec!["*", "mysql://10.0.0.8", "--entry-point", "mysql", "--name", "mysql"],
            "tcp:\n  routers:\n    mysql:\n      rule: HostSNI(`*`)\n      entryPoints:\n        - mysql\n      service: mysql\n  services:\n    mysql:\n      loadBalancer:\n        servers:\n          - address: \"10.0.0.8:3306\"\n",
        ),
        (
            vec!["*", "udp://10.0.0.9:53", "--entry-point", "dns", "--name", "dns"],
            "udp:\n  routers:\n    dns:\n      entryPoints:\n        - dns\n      service: dns\n  services:\n    dns:\n      loadBalancer:\n        servers:\n          - address: \"10.0.0.9:53\"\n",
        ),
    ] {
        let place = Place::new();
        place.ok(&[&["route", "add"], &args[..]].concat());
        assert_eq!(place.read("routes.yml"), expected, "{args:?}");
        let name = place.ok(&["route", "list", "-o", "name"]);
        place.ok(&["route", "rm", name.trim()]);
        assert_eq!(place.files(), [], "{args:?}");
    }
}

#[test]
fn every_field_of_add_is_written_and_asking_again_is_unchanged() {
    let place = Place::with(&[(
        "mw.yml",
        "http:\n  middlewares:\n    auth: {basicAuth: {users: [a]}}\n    zip: {compress: {}}\n",
    )]);
    std::fs::create_dir(place.dir().join("sub")).unwrap();
    let add = [
        "route",
        "add",
        "app.example.com",
        "http://10.0.0.5:3000",
        "--host",
        "www.example.com",
        "--name",
        "app",
        "--entry-point",
        "websecure",
        "--entry-point",
        "web",
        "--cert-resolver",
        "le",
        "--middleware",
        "auth",
        "--middleware",
        "zip@file",
        "--priority",
        "-3",
        "--file",
        "sub/apps.yml",
    ];
    let said = place.ok(&add);
    assert!(said.starts_with("added  http  app  Host(`app.example.com`) || Host(`www.example.com`)  →  http://10.0.0.5:3000  sub/apps.yml:3"), "{said}");
    assert!(said.contains("tls: on (certificate resolver)"), "{said}");
    let text = place.read("sub/apps.yml");
    for part in [
        "    app:\n",
        "        - websecure\n        - web\n",
        "        - auth\n        - zip@file\n",
        "priority: -3",
        "certResolver: le",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(place.ok(&add).starts_with("unchanged  http  app"));
    // Flags that are left out are not compared.
    assert!(
        place
            .ok(&[
                "route",
                "add",
                "app.example.com",
                "http://10.0.0.5:3000",
                "--host",
                "www.example.com",
                "--name",
                "app"
            ])
            .starts_with("unchanged")
    );
    assert_eq!(place.read("sub/apps.yml"), text);
}

#[test]
fn defaults_say_where_they_come_from() {
    let place = Place::new();
    let said = place.ok(&["route", "add", "app.example.com", "http://10.0.0.5"]);
    assert!(said.contains("entry points: Traefik's default; tls: off"), "{said}");
    std::fs::write(
        place.top().join("traefik.yml"),
        "entryPoints:\n  web: {address: ':80'}\n  mongodb: {address: ':27017'}\n  websecure: {address: ':443', http: {tls: {certResolver: le}}}\ncertificatesResolvers: {le: {}}\n",
    )
    .unwrap();
    let known = ["--static", "traefik.yml"];
    let said = place.ok(&[&["route", "add", "db.example.com", "mongodb://10.0.0.6"], &known[..]].concat());
    assert!(said.contains("entry point: mongodb (static configuration); tls: on"), "{said}");
    let said = place.ok(&["route", "add", "db2.example.com", "mongodb://10.0.0.6"]);
    assert!(said.contains("entry point: mongodb (as router \"db.example.com\")"), "{said}");
    let said =
        place
            .ok(&[&["route", "add", "s.example.com", "http://10.0.0.7", "--entry-point", "websecure"], &known[..]]
                .concat());
    assert!(said.contains("tls: on (entry point websecure)"), "{said}");
    assert_eq!(place.json(&["route", "show", "s.example.com"])["route"]["cert_resolver"], "le");
    let said = place.fails(2, &[&["route", "add", "r.example.com", "redis://10.0.0.7"], &known[..]].concat());
    assert!(
        said.contains("which entry point?") && said.contains("--entry-point EP; there are: web, mongodb, websecure"),
        "{said}"
    );
    let said = place.fails(
        3,
        &[&["route", "add", "w.example.com", "http://10.0.0.7", "--entry-point", "wbe"], &known[..]].concat(),
    );
    assert!(said.contains("no TCP entry point \"wbe\""), "{said}");
    let said = place.fails(
        3,
        &[&["route", "add", "w.example.com", "http://10.0.0.7", "--cert-resolver", "nope"], &known[..]].concat(),
    );
    assert!(said.contains("certificate resolvers: le"), "{said}");
}

#[test]
fn a_service_goes_with_its_last_user() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    place.ok(&["route", "rm", "blog"]);
    assert!(place.read("mixed.yml").contains("    shared: {"), "news uses it");
    place.ok(&["route", "rm", "news.example.com"]);
    let text = place.read("mixed.yml");
    assert!(!text.contains("shared") && text.contains("# the old machine"), "{text}");
    place.ok(&["route", "rm", "shop"]);
    let text = place.read("mixed.yml");
    assert!(
        text.contains("# The front server's routes.") && !text.contains("http:\n"),
        "no empty section, comments stay: {text:?}"
    );
}

#[test]
fn a_service_stays_while_anything_uses_it() {
    for user in [
        "  services:\n    both: {weighted: {services: [{name: app, weight: 1}]}}\n",
        "  services:\n    both: {mirroring: {service: app}}\n",
        "  services:\n    both: {mirroring: {service: x@docker, mirrors: [{name: app}]}}\n",
        "  services:\n    both: {failover: {service: x@docker, fallback: app@file}}\n",
        "  middlewares:\n    both: {errors: {status: ['500'], service: app, query: /}}\n",
    ] {
        let place = Place::with(&[("other.yml", &format!("http:\n{user}"))]);
        place.ok(&["route", "add", "app.example.com", "http://10.0.0.1", "--name", "app"]);
        place.ok(&["route", "rm", "app"]);
        assert_eq!(
            place.read("routes.yml"),
            "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.1\n",
            "{user}"
        );
    }
}

#[test]
fn routes_are_looked_up_by_name_provider_kind_and_host() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    place.ok(&["route", "add", "shop.example.com", "tls://10.0.0.9:443", "--name", "shop", "--entry-point", "tls"]);
    let said = place.fails(3, &["route", "show", "shop"]);
    assert!(
        said.contains("2 routes: http/shop (mixed.yml:5), tcp/shop (routes.yml:3)")
            && said.contains("for example http/shop"),
        "{said}"
    );
    assert!(place.fails(3, &["route", "rm", "shop.example.com"]).contains("tcp/shop"));
    for text in ["news", "news@file", "http/news", "news.example.com", "NEWS.example.com."] {
        assert_eq!(place.json(&["route", "show", text])["route"]["name"], "news", "{text}");
    }
    assert_eq!(place.json(&["route", "show", "tcp/shop"])["route"]["kind"], "tcp");
    let said = place.fails(3, &["route", "show", "nobody"]);
    assert!(said.contains("there is no route \"nobody\"") && said.contains("route list"), "{said}");
    // All go or none.
    place.fails(3, &["route", "rm", "news", "nobody"]);
    assert!(place.ok(&["route", "rm", "nobody", "--ignore-missing"]).starts_with("unchanged"));
    let said = place.ok(&["route", "remove", "nobody", "news", "http/news", "--ignore-missing"]);
    assert_eq!(said.lines().filter(|line| line.starts_with("removed")).count(), 1, "{said}");
}

#[test]
fn lists_are_filtered() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    place.ok(&["route", "add", "db.example.com", "mongodb://10.0.0.9", "--entry-point", "mongodb"]);
    let names = |args: &[&str]| place.ok(&[&["route", "ls", "-o", "name"], args].concat()).replace('\n', " ");
    assert_eq!(names(&[]), "shop blog news db.example.com ");
    assert_eq!(names(&["--kind", "tcp"]), "db.example.com ");
    assert_eq!(names(&["--host", "*s*.example.com"]), "shop news ");
    assert_eq!(names(&["--host", "DB.example.com", "--kind", "http"]), "");
    assert_eq!(names(&["--agent", "web-7"]), "");
    place.fails(2, &["route", "list", "--kind", "ftp"]);
    let none = place.run(&["route", "list", "--kind", "udp"]);
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (0, "", "no routes\n"));
}

#[test]
fn show_tells_where_each_part_stands_and_its_source() {
    let place = Place::with(&[("mixed.yml", MIXED)]);
    let said = place.ok(&["route", "show", "shop"]);
    assert!(said.contains("stands in     mixed.yml:5 (router)\nstands in     mixed.yml:13 (service shop)\n"), "{said}");
    let source =
        "\n  shop:\n    rule: \"Host(`shop.example.com`)\"   # keep the quotes\n    service: 'shop'\n    priority: 7\n";
    assert!(said.ends_with(source), "{said}");
    assert!(said.lines().all(|line| line == line.trim_end()), "{said}");
    assert!(
        place
            .ok(&["route", "show", "blog"])
            .ends_with("\n\n  blog: {rule: Host(`blog.example.com`), service: shared}\n")
    );
}

#[test]
fn one_file_that_traefik_reads_is_the_one_that_is_managed() {
    let place = Place::with(&[
        ("dynamic.yml", "http:\n  routers:\n    a: {rule: Host(`a`), service: a@docker}\n"),
        ("other.yml", "junk: ["),
    ]);
    std::fs::write(place.top().join("traefik.yml"), "providers: {file: {filename: dynamic/dynamic.yml}}\n").unwrap();
    let run = |args: &[&str]| {
        crate::support::place::Ran::of(place.bare().args(["--static", "traefik.yml"]).args(args).output().unwrap())
    };
    assert_eq!(run(&["route", "add", "b.example.com", "http://10.0.0.1"]).code, 0);
    assert!(place.read("dynamic.yml").contains("b.example.com"));
    let ran = run(&["route", "add", "c.example.com", "http://10.0.0.1", "--file", "c.yml"]);
    assert!(ran.code == 2 && ran.err.contains("names the one file \"dynamic.yml\""), "{ran:?}");
    assert_eq!(place.files().len(), 2);
}

/// Keys that have no value are legal beside others; what `add` fills, `rm` empties again.
#[test]
fn keys_without_a_value_get_none_again() {
    for text in [
        "http:\n  middlewares:\n    m: {compress: {}}\n\n  services:\n    # ... the services\n",
        "http:\n  routers:\n  middlewares: {m: {compress: {}}}\n  services: # none yet\n",
        "http:\ntcp:\n# nothing yet\n",
    ] {
        let place = Place::with(&[("routes.yml", text)]);
        place.ok(&["route", "add", "app.example.com", "http://10.0.0.5:3000"]);
        place.ok(&["route", "add", "b.example.com", "http://10.0.0.6:3000"]);
        place.ok(&["route", "rm", "app.example.com"]);
        place.ok(&["route", "rm", "b.example.com"]);
        assert_eq!(place.read("routes.yml"), text);
    }
}
