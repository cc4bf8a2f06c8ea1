//! Disks that are full, read-only or not the same; answers that nobody can hear.

use super::{Place, names, one};

#[test]
fn promise_4_a_full_disk_changes_nothing_and_leaves_nothing() {
    let place = Place::new();
    let ran = place.sh(
        "unshare -Urm bash -c 'mount -t tmpfs -o size=64k x dynamic; $CL -q route add a.example.com http://10.0.0.1:80; cp dynamic/routes.yml before
           head -c 99999 /dev/zero > dynamic/fill 2>/dev/null
           $CL -q route add b.example.com http://10.0.0.1:80; echo $?; cmp before dynamic/routes.yml; ls -A dynamic/.cloudlunacy
           rm dynamic/fill; $CL -q route add b.example.com http://10.0.0.1:80; echo $?'",
    );
    assert_eq!(ran.out, "4\n.gitignore\nhistory\nhistory-index\nlock\nnotes\n0\n", "{}", ran.err);
    assert!(ran.err.contains("No space left"), "{}", ran.err);
}

#[test]
fn promise_4_a_disk_without_inodes_or_rights_changes_nothing() {
    let place = one();
    let ran = place.sh(
        "unshare -Urm bash -c 'mkdir small; mount -t tmpfs -o nr_inodes=5 x small; ${CL%% *} -d small route add b.example.com http://10.0.0.1:80; echo $?; ls small
           mount -o bind dynamic dynamic; mount -o remount,bind,ro dynamic; $CL route add b.example.com http://10.0.0.1:80; echo $?; $CL route list -o name'",
    );
    assert_eq!(ran.out, "4\n4\na.example.com\n", "{}", ran.err);
}

#[test]
fn promise_4_one_file_that_is_mounted_by_itself_says_what_to_mount() {
    let place = one();
    let ran = place.sh(
        "unshare -Urm bash -c 'cp dynamic/routes.yml mounted; mount -o bind mounted dynamic/routes.yml
           $CL route add b.example.com http://10.0.0.1:80; echo $?; cmp mounted dynamic/routes.yml; ls dynamic/.cloudlunacy'",
    );
    assert_eq!(ran.out, "4\nhistory\nhistory-index\nlock\nnotes\n", "{}", ran.err);
    assert!(ran.err.contains("it is a mount point\nhint: mount the directory that the file lies in"), "{}", ran.err);
}

#[test]
fn promise_4_who_runs_many_files_through_needs_few_descriptors() {
    let place = Place::new();
    for n in 0..200 {
        place.write(
            &format!("{n}.yml"),
            &format!("http:\n  middlewares:\n    m{n}: {{ipWhiteList: {{sourceRange: [10.0.0.0/8]}}}}\n"),
        );
    }
    let ran = place.sh("ulimit -n 40; $CL validate --fix --allow unused-middleware");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(place.files().iter().all(|(_, bytes)| String::from_utf8_lossy(bytes).contains("ipAllowList")));
}

#[test]
fn a_file_on_another_file_system_is_staged_beside_itself() {
    let place = Place::new();
    let ran = place.sh(
        "unshare -Urm bash -c 'mkdir out bound dynamic/sub; mount -t tmpfs x out; mount -o bind bound dynamic/sub; touch out/real; ln -s ../out/real dynamic/x.yml
           $CL -q route add a.example.com http://10.0.0.1:80 --file x.yml && $CL -q route add b.example.com http://10.0.0.1:80 --file sub/b.yml || exit
           strace -f -qq -o /dev/null -e trace=renameat -e inject=renameat:signal=KILL $CL -q route set a.example.com http://10.0.0.1:81; ls -A out | wc -l
           $CL -q route set a.example.com http://10.0.0.1:82; ls -A out; ls -A bound; $CL route list -o name; $CL -q route rm a.example.com b.example.com; $CL route list -o name'",
    );
    assert_eq!(ran.out, "2\nreal\nb.yml\nb.example.com\na.example.com\n", "{}", ran.err);
}

#[test]
fn promise_13_a_change_is_made_though_nobody_hears_of_it() {
    let place = one();
    let ran = place.sh("$CL route add b.example.com http://10.0.0.1:80 > /dev/full");
    assert!(ran.code == 4 && ran.err.contains("written, answer not printed"), "{}", ran.err);
    let ran =
        place.sh("mkfifo pipe; (exec 3<pipe) & exec 4>pipe; wait; $CL route add c.example.com http://10.0.0.1:80 >&4");
    assert!(ran.code == 4 && ran.err.contains("written, answer not printed"), "{}", ran.err);
    assert_eq!(place.sh("$CL route add d.example.com http://10.0.0.1:80 >&- 2>&-").code, 0);
    assert_eq!(names(&place), ["a.example.com", "b.example.com", "c.example.com", "d.example.com"]);
}

#[test]
fn promise_4_a_write_that_stops_short_changes_nothing() {
    let place = one();
    let old = place.read("routes.yml") + &"# long\n".repeat(500);
    place.write("routes.yml", &old);
    for limit in ["ulimit -f 1; trap '' XFSZ", "ulimit -f 1"] {
        let ran = place.sh(&format!("{limit}; $CL route add b.example.com http://10.0.0.1:80"));
        assert_ne!(ran.code, 0, "{}", ran.err);
        assert_eq!(place.read("routes.yml"), old);
    }
    place.ok(&["route", "add", "b.example.com", "http://10.0.0.1:80"]);
    assert_eq!(place.leftovers(), [""; 0]);
}
