//! The completions as a shell uses them.

use crate::support::place::Place;
use std::path::Path;
use std::process::Command;

/// What bash offers for a line that ends where the cursor stands.
fn bash(place: &Place, line: &str) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/cloudlunacy.bash");
    let program = "\
source \"$1\"
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9
read -ra COMP_WORDS <<<\"$2\"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_clap_complete_cloudlunacy cloudlunacy \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\" 2>/dev/null
printf '%s\\n' \"${COMPREPLY[@]}\"";
    let binary = assert_cmd::cargo::cargo_bin("cloudlunacy");
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["--norc", "-c", program, "bash", script.to_str().unwrap(), line])
        .env_clear()
        .env("PATH", path)
        .current_dir(place.top())
        .output()
        .unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn bash_completes_commands_flags_and_names_of_routes() {
    let place = Place::new();
    place.ok(&["route", "add", "app.example.com", "http://10.0.0.1"]);
    place.ok(&["route", "add", "api.example.com", "http://10.0.0.2"]);
    place.ok(&["route", "add", "blog.example.com", "http://10.0.0.3"]);
    assert_eq!(bash(&place, "cloudlunacy ro"), ["route"]);
    let verbs = bash(&place, "cloudlunacy route ");
    assert!(
        ["add", "set", "remove", "rename", "list", "show"].iter().all(|verb| verbs.iter().any(|v| v == verb)),
        "{verbs:?}"
    );
    assert_eq!(bash(&place, "cloudlunacy route add --cert"), ["--cert-resolver"]);
    assert_eq!(bash(&place, "cloudlunacy route list -o json"), ["json", "jsonl"]);
    assert_eq!(bash(&place, "cloudlunacy -d dynamic route show ap"), ["app.example.com", "api.example.com"]);
    assert_eq!(bash(&place, "cloudlunacy --dir dynamic route rm b"), ["blog.example.com"]);
    assert_eq!(bash(&place, "cloudlunacy -d dynamic route rm blog.example.com app"), ["app.example.com"]);
    std::fs::write(place.top().join("cloudlunacy.toml"), "dir = 'dynamic'\n").unwrap();
    assert_eq!(bash(&place, "cloudlunacy route set bl"), ["blog.example.com"]);
    // Where nothing can be read, nothing is offered and nothing is said.
    assert_eq!(bash(&place, "cloudlunacy -d nowhere route show a"), Vec::<String>::new());
    assert!(!place.top().join("nowhere").exists());
}

#[test]
fn fish_completes_the_same() {
    let place = Place::new();
    place.ok(&["route", "add", "app.example.com", "http://10.0.0.1"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/cloudlunacy.fish");
    let binary = assert_cmd::cargo::cargo_bin("cloudlunacy");
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let offers = |line: &str| {
        let program = "source $argv[1]; complete -C $argv[2]";
        let mut fish = Command::new("fish");
        fish.args(["--no-config", "-c", program, script.to_str().unwrap(), line])
            .env("PATH", &path)
            .env("HOME", place.top());
        let output = fish.current_dir(place.top()).output().ok()?;
        Some(
            String::from_utf8(output.stdout)
                .unwrap()
                .lines()
                .filter_map(|l| l.split('\t').next())
                .map(str::to_owned)
                .collect::<Vec<_>>(),
        )
    };
    // fish is not everywhere.
    let Some(commands) = offers("cloudlunacy ro") else { return };
    assert_eq!(commands, ["route"]);
    assert_eq!(offers("cloudlunacy -d dynamic route show a").unwrap(), ["app.example.com"]);
}

#[test]
fn the_scripts_parse() {
    for (shell, file) in [("bash", "cloudlunacy.bash"), ("zsh", "_cloudlunacy"), ("fish", "cloudlunacy.fish")] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(file);
        // zsh and fish are not everywhere; where they are, they read their script.
        let Ok(output) = Command::new(shell).arg("-n").arg(script).output() else { continue };
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
