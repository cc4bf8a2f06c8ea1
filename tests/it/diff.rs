//! `diff`: what differs between two configurations, in words.

use crate::support::place::{Place, Ran};
use std::process::{Command, Stdio};

const ROUTES: &str = "\
http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      middlewares: [auth]
    one: {rule: Host(`one.example.com`), service: app, middlewares: [auth]}
    two: {rule: Host(`two.example.com`), service: app, middlewares: [auth]}
  middlewares:
    auth: {basicAuth: {users: ['eve:$2y$05$secret']}}
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.4:3000
          - url: http://10.0.0.5:3000
";

fn git(place: &Place, args: &[&str]) {
    let named = ["-c", "user.name=eve", "-c", "user.email=eve@example.com", "-c", "init.defaultBranch=main"];
    let ran = Command::new("git").args(named).args(args).current_dir(place.top()).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

/// A repository with the routes in its last commit.
fn committed() -> Place {
    let place = Place::with(&[("routes.yml", ROUTES)]);
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "routes"]);
    place
}

#[test]
fn hand_edits_since_the_last_commit_show_in_words() {
    let place = committed();
    let same = place.run(&["diff"]);
    assert_eq!((same.code, same.out.as_str()), (0, "no difference between git:HEAD and the files\n"));
    place.run(&["route", "set", "app.example.com", "--add-host", "www.example.com"]);
    let text = place.read("routes.yml").replace("          - url: http://10.0.0.5:3000\n", "");
    place.write("routes.yml", &text.replace("middlewares: [auth]", "middlewares: []").replace("$secret", "$other"));
    let ran = place.run(&["diff"]);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.out,
        "\
+ router app: now also serves www.example.com
- middleware auth removed from 3 routers (app, one, two)
- service app: server http://10.0.0.5:3000 gone
~ middleware auth: basicAuth.users: new password for eve
5 differences between git:HEAD and the files
"
    );
    let text = place.run(&["diff", "--text"]).out;
    assert!(text.contains("--- a/routes.yml\n+++ b/routes.yml\n"), "{text}");
}

#[test]
fn comments_layout_and_language_make_no_difference() {
    let place = committed();
    let toml = "[http.middlewares.auth.basicAuth]\nusers = ['eve:$2y$05$secret']\n";
    let (head, tail) = ROUTES.split_once("  middlewares:\n    auth").unwrap();
    let tail = tail.split_once('\n').unwrap().1;
    place.write("routes.yml", &format!("# moved\n{head}{tail}"));
    place.write("auth.toml", toml);
    let ran = place.run(&["diff"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("2 files differ in the text alone"), "{}", ran.out);
}

#[test]
fn two_of_anything_are_compared() {
    let place = committed();
    git(&place, &["tag", "v1"]);
    place.run(&["route", "add", "new.example.com", "http://10.0.0.9"]);
    git(&place, &["commit", "-qam", "more"]);
    let names = |args: &[&str]| place.run(&[&["diff"], args].concat()).out.lines().next().unwrap_or("").to_owned();
    let added = "+ new router new.example.com: Host(`new.example.com`) to service new.example.com";
    assert_eq!(names(&["git:v1", "git:HEAD"]), added);
    assert_eq!(names(&["git:v1..."]), added);
    let gone = "- router new.example.com gone: Host(`new.example.com`) to service new.example.com";
    assert_eq!(names(&["git:HEAD", "git:v1"]), gone);
    std::fs::create_dir(place.top().join("old")).unwrap();
    std::fs::write(place.top().join("old/all.yaml"), ROUTES).unwrap();
    assert_eq!(names(&["old", "dynamic"]), added);
    assert_eq!(names(&["old/all.yaml"]), added);
    let mut child = place.command(&["diff", "-", "git:v1"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), ROUTES.as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn programs_and_pull_requests_get_their_formats() {
    let place = committed();
    let broken = ROUTES.replace("[auth]\n    one", "[outh]\n    one");
    place.write("routes.yml", &broken);
    let found: serde_json::Value = serde_json::from_str(&place.run(&["diff", "-o", "json"]).out).unwrap();
    let difference = &found["differences"][0];
    assert_eq!((&difference["name"], &difference["details"][1]["to"]), (&"app".into(), &"disabled".into()), "{found}");
    assert_eq!(difference["details"][0]["added"], serde_json::json!(["outh"]));
    let markdown = place.run(&["diff", "-o", "markdown", "--text"]).out;
    assert!(markdown.starts_with("### Traefik configuration: 1 difference"), "{markdown}");
    assert!(markdown.contains("```diff\n--- a/routes.yml"), "{markdown}");
    for format in ["yaml", "sarif"] {
        assert_eq!((place.run(&["diff", "-o", format]).code, place.run(&["-o", format, "diff"]).code), (2, 2));
    }
}

#[test]
fn what_traefik_refuses_is_said_first() {
    let place = committed();
    place.write("routes.yml", "http: [\n");
    let ran = place.run(&["diff"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.starts_with("- Traefik would refuse this now, and a restart would lose every route in it"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("gone"), "nobody knows what the file would say: {}", ran.out);
}

#[test]
fn at_a_revision_traefik_is_started_as_it_was_then() {
    let place = Place::with(&[("routes.yml", &ROUTES.replace("middlewares: [auth]", "entryPoints: [web]"))]);
    let compose = "services:
  traefik:
    image: traefik:v3.7
    env_file: traefik.env
    environment: ['TRAEFIK_PROVIDERS_FILE_DIRECTORY=/dyn']
    volumes: ['./dynamic:/dyn', './traefik:/etc/traefik']
";
    let file = |name: &str, text: &str| std::fs::write(place.top().join(name), text).unwrap();
    file("compose.yaml", compose);
    file("traefik.env", "TRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:80\n");
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "by variables"]);
    let diff = |from: &str| place.run(&["--static", "compose.yaml#traefik", "diff", from]);
    assert_eq!(diff("git:HEAD").code, 0);
    // Another name for the entry point, in the file of variables alone: what was served is no more.
    file("traefik.env", "TRAEFIK_ENTRYPOINTS_OTHER_ADDRESS=:80\n");
    let ran = diff("git:HEAD");
    assert!(ran.code == 1 && ran.out.contains("routers (app, one, two): Traefik would disable"), "{ran:?}");
    git(&place, &["commit", "-qam", "another name"]);
    assert_eq!((diff("git:HEAD").code, diff("git:HEAD~1").code), (0, 1));
    // From a file that the compose file mounts.
    let own = "entryPoints: {web: {address: ':80'}}\nproviders: {file: {directory: /dyn}}\n";
    std::fs::create_dir(place.top().join("traefik")).unwrap();
    file("traefik/traefik.yml", own);
    assert_eq!((diff("git:HEAD").code, diff("git:HEAD~1").code), (0, 0), "what git knows nothing of is taken as it is");
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "by a file"]);
    file("traefik/traefik.yml", &own.replace("web:", "other:"));
    assert_eq!((diff("git:HEAD").code, diff("git:HEAD~1").code, diff("git:HEAD~2").code), (1, 0, 1));
}

#[test]
fn nothing_to_compare_with_is_an_error() {
    let place = Place::with(&[("routes.yml", ROUTES)]);
    for args in [&["diff"][..], &["diff", "nowhere"], &["diff", "git:HEAD"], &["diff", "-", "-"]] {
        assert_eq!(place.run(args).code, 2, "{args:?}");
    }
}
