//! The power fails: what the disk holds at that moment is all there is afterwards.
//!
//! The directory lies on an ext4 image. At a system call the command is killed and the image copied while it is still
//! mounted: the copy holds what had been sent to the disk, and nothing else. Mounts and loop devices belong to a mount
//! namespace, and go with it whatever happens. A few cuts in each run; at every call, of every command, with
//! `POWER=full`.

#![allow(clippy::print_stdout, reason = "the figures are what a run is for")]

use super::attack::Attack;
use super::{CROSSWISE, Place, ROUTER, SERVICE, SET_PAIR, one};
use std::fs;
use std::path::Path;

/// Brings the image up, runs the command, cuts the power, and looks at what is left: with a reader, with the next command.
const SCRIPT: &str = "set -e
truncate -s 8M a.img
mkfs.ext4 -q -F a.img
mkdir disk copy left
mount -o loop a.img disk
cp -a dynamic disk/dynamic
sync -f disk
set +e
$STRACE ${CL%% *} -d disk/dynamic $ARGS >/dev/null 2>said
echo $? >code
set -e
cp --sparse=always a.img b.img
# Another device number, as a disk may have when the machine starts again.
mount -o loop b.img copy
umount disk
find copy/dynamic -maxdepth 1 -type f -exec cp {} left \\;
${CL%% *} -d copy/dynamic route list -o json >told
${CL%% *} -d copy/dynamic $RECOVER >settled 2>&1
${CL%% *} -d copy/dynamic route list -o json >told-then
${CL%% *} -d copy/dynamic history -o json >history
find copy/dynamic -name 'staged*' -o -name 'journal*' >leftovers
umount copy
";

struct Case<'a> {
    fresh: &'a (dyn Fn() -> Place + Sync),
    args: &'a [&'a str],
    recover: &'a [&'a str],
}

impl Case<'_> {
    /// Cuts the power at these calls (`NAME:when=N`), and after the last.
    fn run(&self, is_cut: impl Fn(&str) -> bool) {
        let place = (self.fresh)();
        let attack = Attack::on(self.fresh, self.args, self.recover);
        let old = (place.files(), place.ok(attack.ask));
        let points = attack.points(&place);
        let new = (place.files(), place.ok(attack.ask));
        let recorded = place.json(&["history"])["changes"].as_array().unwrap().len();
        let whole = attack.states().concat();
        let cuts: Vec<&String> = points.iter().filter(|point| is_cut(point)).collect();
        for cut in cuts.iter().map(|point| Some(point.as_str())).chain([None]) {
            let place = (self.fresh)();
            let code = self.cut(&place, cut);
            let text = |name: &str| fs::read_to_string(place.top().join(name)).unwrap();
            assert_eq!(code, if cut.is_some() { 137 } else { 0 }, "{cut:?}: {}", text("said"));
            let left = files(&place.top().join("left"));
            for file in &left {
                assert!(whole.contains(file), "{cut:?}: {file:?} is neither old nor new");
            }
            if cut.is_none() {
                assert_eq!(left, new.0, "acknowledged, and lost");
            }
            assert!([&old.1, &new.1].contains(&&text("told")), "{cut:?}: a reader sees half: {}", text("told"));
            assert!(!text("settled").contains("not as an earlier command left it"), "{cut:?}: {}", text("settled"));
            assert_eq!(text("told-then"), new.1, "{cut:?}: after the next command: {}", text("settled"));
            assert_eq!(text("leftovers"), "", "{cut:?}");
            // What was done is recorded, once, and by whom it was done.
            let history: serde_json::Value = serde_json::from_str(&text("history")).unwrap();
            let changes = history["changes"].as_array().unwrap();
            let by_hand = changes.iter().filter(|change| change["by_hand"] == true).count();
            assert_eq!((changes.len(), by_hand), (recorded, 0), "{cut:?}: {history}");
        }
        println!("{}: {} cuts", self.args.join(" "), cuts.len() + 1);
    }

    fn cut(&self, place: &Place, at: Option<&str>) -> i32 {
        let strace = at.map_or_else(String::new, |point| {
            let (name, when) = point.split_once(':').unwrap();
            format!("strace -f -qq -o /dev/null -e trace={name} -e inject={name}:signal=KILL:{when}")
        });
        fs::write(place.top().join("script"), SCRIPT).unwrap();
        let (args, recover) = (self.args.join(" "), self.recover.join(" "));
        let ran =
            place.sh(&format!("export STRACE='{strace}' ARGS='{args}' RECOVER='{recover}'; unshare -m bash script"));
        assert_eq!(ran.code, 0, "{at:?}: {}{}: see tests/setup", ran.out, ran.err);
        fs::read_to_string(place.top().join("code")).unwrap().trim().parse().unwrap()
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

#[test]
fn promise_3_6_what_was_acknowledged_survives_a_power_cut_and_the_rest_is_whole() {
    // Only root has loop devices.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let full = std::env::var("POWER").is_ok_and(|how| how == "full");
    let remove = ["route", "rm", "a.example.com", "--ignore-missing"];
    let crosswise = ["route", "rm", "x", "y", "--yes", "--ignore-missing"];
    let add = ["route", "add", "n.example.com", "http://10.0.0.2:80", "--entry-point", "web"];
    let pair = || Place::with(&[("a.yml", ROUTER), ("b.yml", SERVICE)]);
    let both = || Place::with(&CROSSWISE);
    Case { fresh: &pair, args: &SET_PAIR, recover: &SET_PAIR }.run(|point| full || point.starts_with("renameat:"));
    Case { fresh: &Place::new, args: &add, recover: &add }.run(|_| full);
    if full {
        Case { fresh: &one, args: &remove, recover: &remove }.run(|_| true);
        Case { fresh: &both, args: &crosswise, recover: &crosswise }.run(|_| true);
    }
}
