//! Random changes, by command and by hand, and every moment of them brought back.

use super::numbers;
use crate::support::place::Place;
use crate::support::random::Random;
use serde_json::Value;
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

/// What every route says, field by field, but for the line where it stands.
fn facts(place: &Place) -> BTreeMap<(String, String), Value> {
    let listed = place.json(&["route", "list"]);
    let routes = listed["routes"].as_array().unwrap();
    let fields = routes.iter().flat_map(|route| {
        let name = route["name"].as_str().unwrap().to_owned();
        let fields = route.as_object().unwrap().iter().filter(|(field, _)| *field != "line");
        fields.map(move |(field, value)| ((name.clone(), field.clone()), value.clone())).collect::<Vec<_>>()
    });
    fields.collect()
}

#[test]
fn promise_17_what_undo_gives_is_the_present_without_that_change_and_nothing_else() {
    let mut random = Random::new(3);
    let hosts = ["a", "b", "c", "d"];
    let files = ["routes.yml", "other.toml", "crlf.yml"];
    let (mut undone, mut refused) = (0, 0);
    for _ in 0..4 {
        let place = Place::with(&[("crlf.yml", "# kept\r\nhttp:\r\n  routers: {}\r\n")]);
        let mut moments = BTreeMap::from([(0, facts(&place))]);
        for step in 0..30 {
            let host = *random.pick(&hosts);
            let target = format!("http://10.0.0.{}:80", random.below(5));
            match random.below(6) {
                0..2 => drop(place.run(&["route", "add", host, &target, "--file", *random.pick(&files)])),
                2 => drop(place.run(&["route", "set", host, &target])),
                3 => drop(place.run(&["route", "set", host, "--priority", &random.below(5).to_string()])),
                4 => drop(place.run(&["route", "rm", host])),
                _ => {
                    let file = place.dir().join(random.pick::<&str>(&files));
                    let text = std::fs::read_to_string(&file).unwrap_or_default();
                    let lines: Vec<&str> = text.split_inclusive('\n').collect();
                    let at = random.below(lines.len() + 1);
                    let text = [&lines[..at], &[&format!("# step {step}\n")], &lines[at..]].concat().concat();
                    std::fs::write(file, text).unwrap();
                }
            }
            let newest = numbers(&place).first().map_or(0, |number| number.parse::<usize>().unwrap());
            moments.insert(newest, facts(&place));
            let number = 1 + random.below(newest.max(1));
            let (Some(before), Some(after)) = (moments.get(&(number - 1)), moments.get(&number)) else { continue };
            let (present, bytes) = (facts(&place), place.files());
            let ran = place.run(&["undo", &number.to_string()]);
            if ran.code != 0 {
                assert!(ran.code == 3 && place.files() == bytes, "{number}: {ran:?}");
                refused += 1;
                continue;
            }
            if ran.err.contains("taken back already") {
                continue;
            }
            let mut expected = present.clone();
            for key in before.keys().chain(after.keys()).filter(|key| before.get(key) != after.get(key)) {
                assert!([before.get(key), after.get(key)].contains(&present.get(key)), "{number} {key:?}: {ran:?}");
                match before.get(key) {
                    Some(value) => drop(expected.insert(key.clone(), value.clone())),
                    None => drop(expected.remove(key)),
                }
            }
            assert_eq!(facts(&place), expected, "{number}: {ran:?}");
            undone += 1;
            let newest = numbers(&place)[0].parse().unwrap();
            moments.insert(newest, facts(&place));
        }
    }
    assert!(undone > 20 && refused > 2, "{undone} {refused}");
}
