//! Random changes, by command and by hand, and every moment of them brought back.

use super::numbers;
use crate::support::place::Place;
use crate::support::random::Random;
use std::collections::BTreeMap;

#[test]
fn promise_17_every_moment_can_be_brought_back_byte_for_byte() {
    let mut random = Random::new(7);
    let place =
        Place::with(&[("hand.yml", "# by hand\nhttp:\n  middlewares:\n    m: {stripPrefix: {prefixes: [/x]}}\n")]);
    let mut moments = BTreeMap::new();
    let hosts = ["a", "b", "c", "d"];
    for step in 0..60 {
        let host = *random.pick(&hosts);
        let target = format!("http://10.0.0.{}:80", random.below(200));
        match random.below(8) {
            0..3 => drop(place.run(&["route", "add", host, &target, "--replace"])),
            3 => drop(place.run(&["route", "rm", host])),
            4 => drop(place.run(&["route", "set", host, "--file", *random.pick(&["routes.yml", "other.toml"])])),
            5 => place.write(
                "hand.yml",
                &format!(
                    "{}# step {step}\n",
                    std::fs::read_to_string(place.dir().join("hand.yml")).unwrap_or_default()
                ),
            ),
            6 => {
                let all = numbers(&place);
                if !all.is_empty() {
                    place.run(&["undo", random.pick::<String>(&all).as_str()]);
                }
            }
            _ => drop(place.run(&["undo"])),
        }
        // Whatever came of it, the newest change is the present moment.
        if let Some(newest) = numbers(&place).first() {
            moments.insert(newest.parse::<u64>().unwrap(), place.files());
        }
    }
    assert!(moments.len() > 20, "{}", moments.len());
    for (number, files) in &moments {
        let ran = place.run(&["restore", &number.to_string()]);
        assert_eq!(ran.code, 0, "{number}: {ran:?}");
        assert_eq!(&place.files(), files, "{number}");
    }
}
