//! Links, odd files and odd names.

use super::{Place, names, one};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

fn route(host: &str) -> String {
    format!(
        "http:\n  routers:\n    {host}:\n      rule: Host(`{host}`)\n      service: {host}\n  services:\n    {host}:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.1:80\n"
    )
}

#[test]
fn promise_8_a_file_behind_a_link_is_replaced_at_its_target_and_the_link_stays() {
    let place = Place::new();
    place.sh("mkdir out; echo '# keep' > out/real; chmod 640 out/real; ln -s ../out/real dynamic/x.yml");
    place.ok(&["route", "add", "a.example.com", "http://10.0.0.1:80", "--file", "x.yml"]);
    assert_eq!(
        place.sh("readlink dynamic/x.yml; stat -c %a out/real; head -1 out/real; ls -A out").out,
        "../out/real\n640\n# keep\nreal\n"
    );
    assert_eq!(names(&place), ["a.example.com"]);
}

#[test]
fn a_file_of_ours_that_was_moved_behind_a_link_is_emptied_not_removed() {
    let place = one();
    place.sh("mv dynamic/routes.yml real; ln -s ../real dynamic/routes.yml");
    place.ok(&["route", "rm", "a.example.com"]);
    assert_eq!(
        place.sh("cat dynamic/routes.yml && test -L dynamic/routes.yml").code,
        0,
        "a link that leads nowhere stops Traefik"
    );
    place.ok(&["route", "list"]);
}

#[test]
fn a_hard_link_elsewhere_keeps_the_old_text_and_that_is_said() {
    let place = one();
    place.sh("ln dynamic/routes.yml elsewhere");
    let ran = place.run(&["route", "set", "a.example.com", "http://10.0.0.9:1"]);
    assert!(ran.code == 0 && ran.err.contains("routes.yml had another name elsewhere"), "{}", ran.err);
    assert!(place.sh("cat elsewhere").out.contains("10.0.0.1"));
}

#[test]
fn what_traefik_can_not_load_is_named_and_nothing_hangs_on_it() {
    for make in ["ln -s nowhere y.yml", "ln -s y.yml y.yml", "mkdir ../other; ln -s ../other y.yml", "mkfifo y.yml"] {
        let place = one();
        place.sh(&format!("cd dynamic && {make}"));
        let said = place.refused(3, &["route", "add", "n.example.com", "http://10.0.0.2:80"]);
        assert!(said.contains("y.yml"), "{said}");
        place.ok(&["route", "list"]);
    }
}

#[test]
fn a_new_file_goes_only_where_traefik_looks() {
    let place = one();
    place.sh("mkdir other; ln -s ../other dynamic/sub");
    for file in ["sub/x.yml", "missing/x.yml"] {
        let said = place.refused(4, &["route", "add", "n.example.com", "http://10.0.0.2:80", "--file", file]);
        assert!(said.contains("hint: create that folder first"), "{said}");
    }
    assert_eq!(place.sh("ls -A other").out, "");
}

#[test]
fn a_directory_behind_a_link_is_managed_at_its_target() {
    let place = Place::new();
    place.sh("mv dynamic release-7; ln -s release-7 dynamic");
    place.ok(&["route", "add", "a.example.com", "http://10.0.0.1:80"]);
    assert_eq!(place.sh("readlink dynamic; ls -A release-7").out, "release-7\n.cloudlunacy\nroutes.yml\n");
}

#[test]
fn a_link_among_the_folders_above_is_followed() {
    let place = Place::new();
    place.sh("mkdir -p releases/7; mv dynamic releases/7/dynamic; ln -s releases/7 current");
    let ran = place.sh("${CL%% *} -d current/dynamic route add a.example.com http://10.0.0.1:80; ls -A releases/7/dynamic; readlink current");
    assert!(ran.code == 0 && ran.out.ends_with(".cloudlunacy\nroutes.yml\nreleases/7\n"), "{ran:?}");
}

#[test]
fn names_of_files_may_be_anything() {
    let place = one();
    let odd = ["with space.yml", "ü.yml", "two\nlines.yml", "-x.yml"];
    for (n, name) in odd.iter().enumerate() {
        place.write(name, &route(&format!("o{n}.example.com")));
    }
    std::fs::write(place.dir().join(OsStr::from_bytes(b"not-utf8-\xff.yml")), route("u.example.com")).unwrap();
    assert_eq!(names(&place).len(), odd.len() + 2);
    for n in 0..odd.len() {
        place.ok(&["route", "set", &format!("o{n}.example.com"), "http://10.0.0.9:1"]);
    }
    let said = place.fails(3, &["route", "set", "u.example.com", "http://10.0.0.9:1"]);
    assert!(said.contains("not UTF-8"), "{said}");
    place.ok(&["route", "add", "n.example.com", "http://10.0.0.2:80"]);
}

#[test]
fn promise_10_ten_thousand_files_are_read_and_one_is_changed() {
    let place = Place::new();
    for n in 0..10_000 {
        place.write(&format!("{n}.yml"), &route(&format!("h{n}.example.com")));
    }
    place.ok(&["route", "set", "h77.example.com", "http://10.0.0.9:1"]);
    assert_eq!(names(&place).len(), 10_000);
}
