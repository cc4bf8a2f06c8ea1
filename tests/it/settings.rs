//! Settings: where they come from, and what is not trusted.

use crate::support::place::{Place, Ran};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn write(path: impl AsRef<Path>, text: &str) {
    std::fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
    std::fs::write(path.as_ref(), text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

/// Runs without `-d`, so that settings say which directory is meant.
fn run(place: &Place, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    Ran::of(place.bare().args(args).envs(variables.iter().copied()).output().unwrap())
}

fn dir(place: &Place, args: &[&str], variables: &[(&str, &str)]) -> (String, String) {
    let ran = run(place, &[&["config", "-o", "json"], args].concat(), variables);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e} {ran:?}"));
    let dir = &value["settings"]["dir"];
    (dir["value"].as_str().unwrap().to_owned(), dir["origin"].as_str().unwrap().to_owned())
}

#[test]
fn a_flag_goes_before_the_environment_before_the_file_before_traefiks_own_before_the_default() {
    let place = Place::new();
    write(place.top().join(".git/HEAD"), "");
    let top = place.top().display().to_string();
    let own = |text: &str| text.to_owned();
    assert_eq!(dir(&place, &[], &[]), (own("/etc/traefik/dynamic"), own("default")));
    write(place.top().join(".config/traefik.yml"), "providers: {file: {directory: dynamic}}\n");
    assert_eq!(dir(&place, &[], &[]), (own("dynamic"), format!("{top}/.config/traefik.yml")));
    assert_eq!(dir(&place, &["--static", ".config/traefik.yml"], &[]), (own("dynamic"), own(".config/traefik.yml")));
    write(place.top().join("cloudlunacy.toml"), "dir = \"from-file\"\n");
    assert_eq!(dir(&place, &[], &[]), (format!("{top}/from-file"), format!("{top}/cloudlunacy.toml")));
    let variables = [("CLOUDLUNACY_DIR", "from-env")];
    assert_eq!(dir(&place, &[], &variables), (own("from-env"), own("environment CLOUDLUNACY_DIR")));
    assert_eq!(dir(&place, &["-d", "from-flag"], &variables), (own("from-flag"), own("flag")));
    write(place.top().join("other/c.toml"), "dir = \"x\"\n");
    assert_eq!(
        dir(&place, &["-c", "other/c.toml"], &[]),
        (own("other/x"), own("other/c.toml")),
        "paths are relative to the file"
    );
}

#[test]
fn the_nearest_file_counts_up_to_the_root_of_the_work_tree() {
    let place = Place::new();
    write(place.top().join("cloudlunacy.toml"), "dir = \"outside\"\n");
    write(place.top().join("tree/.git/HEAD"), "");
    write(place.top().join("tree/deep/here/x"), "");
    let from = |folder: &str| {
        let ran = Ran::of(
            place.bare().args(["config", "-o", "yaml"]).current_dir(place.top().join(folder)).output().unwrap(),
        );
        ran.out.lines().nth(3).unwrap_or_default().to_owned()
    };
    assert!(from("tree/deep/here").ends_with("/etc/traefik/dynamic"), "{}", from("tree/deep/here"));
    write(place.top().join("tree/cloudlunacy.toml"), "dir = \"inside\"\n");
    assert!(from("tree/deep/here").ends_with("/tree/inside"));
    write(place.top().join("tree/deep/cloudlunacy.toml"), "dir = \"nearest\"\n");
    assert!(from("tree/deep/here").ends_with("/tree/deep/nearest"));
}

#[test]
fn defaults_of_new_routes_come_from_the_file() {
    let place = Place::with(&[("mw.yml", "http: {middlewares: {zip: {compress: {}}}}\n")]);
    write(
        place.top().join("cloudlunacy.toml"),
        "dir = 'dynamic'\n[defaults.http]\nentry-points = ['websecure']\ncert-resolver = 'le'\nmiddlewares = ['zip']\nfile = 'apps.yml'\n[defaults.tcp]\nentry-points = ['mongodb']\ntls = 'passthrough'\n[defaults.udp]\nentry-points = ['dns']\n",
    );
    let said = run(&place, &["route", "add", "app.example.com", "http://10.0.0.1"], &[]);
    assert!(said.out.contains("apps.yml:3") && said.out.contains("entry point: websecure (settings)"), "{said:?}");
    let app = &place.json(&["route", "show", "app.example.com"])["route"];
    assert_eq!(
        (&app["entry_points"][0], &app["cert_resolver"], &app["middlewares"][0]),
        (&"websecure".into(), &"le".into(), &"zip".into())
    );
    let said = run(&place, &["route", "add", "db.example.com", "mongodb://10.0.0.1"], &[]);
    assert!(said.out.contains("tls: passthrough (settings)"), "{said:?}");
    let said = run(&place, &["route", "add", "*", "udp://10.0.0.1:53", "--name", "dns"], &[]);
    assert!(said.out.contains("entry point: dns (settings)"), "{said:?}");
    let shown = run(&place, &["config"], &[]);
    for line in
        ["defaults.http.entry-points", "defaults.http.middlewares", "defaults.tcp.tls", "defaults.udp.entry-points"]
    {
        assert!(
            shown.out.lines().any(|l| l.starts_with(line) && l.ends_with("cloudlunacy.toml")),
            "{line}\n{}",
            shown.out
        );
    }
}

#[test]
fn mistakes_in_settings_are_errors_with_their_place() {
    let place = Place::new();
    for (text, said) in [
        ("dir = 'x'\n\ndirr = 'y'\n", "cloudlunacy.toml:3: unknown field `dirr`"),
        ("[defaults.http]\nentrypoints = []\n", "cloudlunacy.toml:2: unknown field `entrypoints`"),
        ("dir = \n", "cloudlunacy.toml:1: "),
        ("output = 'xml'\n", "output can't be \"xml\""),
        ("color = 'red'\n", "color can't be \"red\""),
        ("lock-timeout = 'soon'\n", "\"soon\" is no length of time"),
        ("traefik = '2.11'\n", "\"2.11\" is no Traefik release"),
    ] {
        write(place.top().join("cloudlunacy.toml"), text);
        let ran = run(&place, &["config"], &[]);
        assert!(ran.code == 2 && ran.err.contains(said) && ran.err.contains("hint: "), "{text} {ran:?}");
    }
    let ran = run(&place, &["config", "-c", "nowhere.toml"], &[]);
    assert!(ran.code == 4 && ran.err.contains("can't read the settings file nowhere.toml"), "{ran:?}");
    write(place.top().join("cloudlunacy.toml"), "");
    let ran = run(&place, &["config"], &[("CLOUDLUNACY_OUTPUT", "xml")]);
    assert!(ran.code == 2 && ran.err.contains("output can't be \"xml\" (environment CLOUDLUNACY_OUTPUT)"), "{ran:?}");
}

#[test]
fn a_file_that_others_could_have_written_is_not_read() {
    let place = Place::new();
    let file = place.top().join("cloudlunacy.toml");
    for mode in [0o664, 0o646, 0o666] {
        write(&file, "dir = 'dynamic'\n");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let ran = run(&place, &["config"], &[]);
        assert!(ran.err.contains("cloudlunacy.toml is not read: it must be owned by you or root"), "{mode:o} {ran:?}");
        assert!(ran.out.contains("/etc/traefik/dynamic"), "{ran:?}");
    }
    // Only root can give a file away.
    if std::os::unix::fs::chown(&file, Some(1234), None).is_ok() {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(run(&place, &["config"], &[]).err.contains("is not read"));
    }
}

#[test]
fn a_file_inside_the_dynamic_directory_is_not_read() {
    let place = Place::new();
    write(place.dir().join("cloudlunacy.toml"), "traefik = '3.1'\n");
    let ran = Ran::of(place.bare().args(["-d", ".", "config"]).current_dir(place.dir()).output().unwrap());
    assert!(ran.err.contains("lies inside the dynamic directory") && ran.out.contains("3.7"), "{ran:?}");
    // However it is known that this is the directory.
    write(place.top().join("traefik.yml"), &format!("providers: {{file: {{directory: {:?}}}}}\n", place.dir()));
    let ran =
        Ran::of(place.bare().args(["--static", "../traefik.yml", "config"]).current_dir(place.dir()).output().unwrap());
    assert!(ran.err.contains("lies inside the dynamic directory") && ran.out.contains("3.7"), "{ran:?}");
    // Neither does it name that directory itself.
    write(place.dir().join("cloudlunacy.toml"), "dir = '.'\n");
    let ran = Ran::of(place.bare().args(["config"]).current_dir(place.dir()).output().unwrap());
    assert!(
        ran.err.contains("lies inside the dynamic directory") && ran.out.contains("/etc/traefik/dynamic"),
        "{ran:?}"
    );
}

#[test]
fn what_traefik_finds_counts_only_for_the_directory_that_it_names() {
    let place = Place::new();
    write(place.top().join(".config/traefik.yml"), "entryPoints: {web: {address: ':80'}}\n");
    let used = |dir: &str| {
        let value: serde_json::Value =
            serde_json::from_str(&run(&place, &["-d", dir, "config", "-o", "json"], &[]).out).unwrap();
        value["settings"]["static"]["value"].as_str().map(str::to_owned)
    };
    assert_eq!((used("dynamic"), used("not-there-yet")), (None, None), "it names no directory at all");
}

#[test]
fn a_compose_file_says_what_traefik_is_told() {
    let place = Place::new();
    let compose = "services:\n  app: {image: nginx}\n  edge:\n    image: traefik:v3.7\n    command: [--entrypoints.mongodb.address=:27017]\n  inner:\n    image: traefik:v3.6\n    command: [--entrypoints.other.address=:1]\n";
    write(place.top().join("compose.yaml"), compose);
    let add = |file: &str| place.run(&["--static", file, "route", "add", "db.example.com", "mongodb://10.0.0.1"]);
    let ran = add("compose.yaml");
    assert!(ran.code == 2 && ran.err.contains("FILE#SERVICE; there are app, edge, inner"), "{ran:?}");
    let ran = add("compose.yaml#nobody");
    assert!(ran.code == 2 && ran.err.contains("no service \"nobody\""), "{ran:?}");
    let ran = add("compose.yaml#inner");
    assert!(ran.code == 2 && ran.err.contains("there are: other"), "{ran:?}");
    let ran = add("compose.yaml#edge");
    assert!(ran.code == 0 && ran.out.contains("entry point: mongodb (static configuration)"), "{ran:?}");
    let ran = add("nowhere.yml");
    assert!(ran.code == 4 && ran.err.contains("can't read the static configuration nowhere.yml"), "{ran:?}");
}

#[test]
fn init_makes_what_is_missing_and_keeps_what_is_there() {
    let place = Place::new();
    std::fs::remove_dir(place.dir()).unwrap();
    let said = place.ok(&["init", "--example", "--static", "etc/traefik.yml"]);
    let found = place.json(&["validate", "--static", "etc/traefik.yml"]);
    assert_eq!(found["findings"].as_array().unwrap().len(), 0, "an example to begin with is right: {found}");
    assert!(
        said.contains("made   dynamic\n")
            && said.contains("made   etc/traefik.yml\n")
            && said.contains("Host(`app.example.com`)"),
        "{said}"
    );
    let traefik = std::fs::read_to_string(place.top().join("etc/traefik.yml")).unwrap();
    assert!(traefik.contains("  mongodb:\n") && traefik.contains("directory: "), "{traefik}");
    let before = place.files();
    let said = place.ok(&["init", "--example", "--static", "etc/traefik.yml"]);
    assert!(!said.contains("made") && place.files() == before, "{said}");
    assert_eq!(std::fs::read_to_string(place.top().join("etc/traefik.yml")).unwrap(), traefik);
    let dry = Place::new();
    std::fs::remove_dir(dry.dir()).unwrap();
    let ran = dry.run(&["init", "-n", "--static", "etc/traefik.yml"]);
    assert!(
        ran.code == 0 && ran.err == "would make  dynamic\nwould make  etc/traefik.yml\n" && ran.out.is_empty(),
        "{ran:?}"
    );
    assert!(!dry.dir().exists() && !dry.top().join("etc").exists());
    for file in ["traefik.toml", "compose.yaml#proxy"] {
        let ran = dry.run(&["init", "--static", file]);
        assert!(ran.code != 0 && !dry.dir().exists(), "{ran:?}");
    }
    // The static configuration alone names the directory from now on.
    let ran = run(&place, &["--static", "etc/traefik.yml", "route", "list", "-o", "name"], &[]);
    assert_eq!(ran.out, "app.example.com\ndb.mongodb.example.com\n");
}
