//! Modes, owners and attributes; users who share a directory.

use super::{Place, names, one, pair};

/// Another user than the one who runs the tests, who shares a directory by its group.
const SERVICE: &str = "setpriv --reuid 12345 --regid 12345 --groups 5555";
/// Another user who shares nothing.
const STRANGER: &str = "setpriv --reuid 23456 --regid 23456 --clear-groups";

/// Only root can become somebody else.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The same place for every user: the temporary directory is for its owner only.
fn open_to_all(place: &Place) {
    assert_eq!(place.sh("chmod 755 . && cp ${CL%% *} ./command && chmod 755 command").code, 0);
}

#[test]
fn promise_8_the_umask_has_no_say() {
    for umask in ["000", "077", "777"] {
        let place = Place::new();
        let ran = place.sh(&format!(
            "umask {umask}; $CL -q route add a.example.com http://10.0.0.1:80 && $CL -q route add b.example.com http://10.0.0.1:80 --file b.yml
             chmod 640 dynamic/b.yml; $CL -q route set b.example.com http://10.0.0.1:81
             cd dynamic; stat -c '%a %n' routes.yml b.yml .cloudlunacy .cloudlunacy/lock .cloudlunacy/notes"
        ));
        assert_eq!(
            ran.out, "644 routes.yml\n640 b.yml\n755 .cloudlunacy\n600 .cloudlunacy/lock\n600 .cloudlunacy/notes\n",
            "{umask} {}",
            ran.err
        );
    }
}

#[test]
fn promise_8_owner_group_and_attributes_are_kept() {
    let place = one();
    let path = place.dir().join("routes.yml");
    if is_root() {
        place.sh("chown 33:44 dynamic/routes.yml");
    }
    let set = |name: &str| rustix::fs::setxattr(&path, name, b"kept", rustix::fs::XattrFlags::empty());
    let attributes = set("user.kept").is_ok(); // not every file system has them
    let owner = place.sh("stat -c '%u %g %a' dynamic/routes.yml").out;
    place.ok(&["route", "set", "a.example.com", "http://10.0.0.9:1"]);
    assert_eq!(place.sh("stat -c '%u %g %a' dynamic/routes.yml").out, owner);
    if attributes {
        let mut value = [0u8; 16];
        let len = rustix::fs::getxattr(&path, "user.kept", &mut value[..]).unwrap();
        assert_eq!(&value[..len], b"kept");
    }
}

#[test]
fn promise_9_users_who_share_a_directory_finish_each_others_changes() {
    if !is_root() {
        return;
    }
    let first = "route set pair http://10.0.0.1:2 --priority 2";
    for (one, other) in [("", SERVICE), (SERVICE, "")] {
        for (call, n) in [
            ("mkdirat", 1),
            ("openat", 9),
            ("fchmod", 1),
            ("flock", 1),
            ("fsync", 3),
            ("renameat", 2),
            ("renameat", 3),
            ("unlinkat", 1),
        ] {
            let place = pair();
            open_to_all(&place);
            let cl = "./command -d dynamic";
            place.sh("chgrp -R 5555 dynamic; chmod 2775 dynamic; chmod 664 dynamic/*.yml");
            place.sh(&format!("umask 077; {one} strace -f -qq -o /dev/null -e trace={call} -e inject={call}:signal=KILL:when={n} {cl} {first}"));
            let ran = place.sh(&format!("umask 077; {other} {cl} route add n.example.com http://10.0.0.1:80; {one} {cl} {first}; {other} {cl} route rm n.example.com"));
            assert_eq!(ran.code, 0, "{one:?} killed at {call} {n}: {}{}", ran.out, ran.err);
            assert_eq!(names(&place), ["pair"]);
            let modes = place.sh("cd dynamic; stat -c '%a %g %n' .cloudlunacy .cloudlunacy/lock a.yml").out;
            assert_eq!(modes, "2775 5555 .cloudlunacy\n660 5555 .cloudlunacy/lock\n664 5555 a.yml\n");
        }
    }
}

#[test]
fn a_directory_that_comes_to_be_shared_takes_its_state_folder_along() {
    if !is_root() {
        return;
    }
    let place = one();
    open_to_all(&place);
    place.sh("chgrp -R 5555 dynamic; chmod 2775 dynamic; chmod 664 dynamic/*.yml");
    let add = |host: &str| format!("{SERVICE} ./command -d dynamic route add {host} http://10.0.0.1:80");
    let ran = place.sh(&add("s.example.com"));
    assert!(ran.code == 4 && ran.err.contains("hint: run as a user who may"), "{}", ran.err);
    place.ok(&["route", "add", "r.example.com", "http://10.0.0.1:80"]);
    let ran = place.sh(&add("s.example.com"));
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn promise_10_a_reader_needs_no_right_but_to_read() {
    if !is_root() {
        return;
    }
    let place = one();
    open_to_all(&place);
    place.sh("chmod 755 dynamic");
    for args in ["route list", "route show a.example.com", "route add n.example.com http://10.0.0.1:80 --dry-run"] {
        let ran = place.sh(&format!("{STRANGER} ./command -d dynamic {args}"));
        assert_eq!(ran.code, 0, "{args}: {}", ran.err);
    }
    for (spoil, args) in [
        ("true", "route add n.example.com http://10.0.0.1:80"),
        ("chmod 600 dynamic/routes.yml", "route list"),
        ("chmod 700 dynamic", "route list"),
    ] {
        let ran = place.sh(&format!("{spoil}; {STRANGER} ./command -d dynamic {args}"));
        assert!(ran.code == 4 && ran.err.contains("hint: run as a user who may"), "{args}: {}", ran.err);
    }
}
