#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use super::*;
use crate::plan::Plan;
use crate::store::{Request, Store};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

const MAX_SIZE: u64 = 12_000;
const AGENTS: [&str; 4] = ["a", "b", "c", "d"];

type Files = BTreeMap<String, String>;

/// A directory, and all that it has ever said.
struct Told {
    folder: tempfile::TempDir,
    store: Store,
    files: Files,
    /// The files after each change.
    moments: BTreeMap<u64, Files>,
    /// The changes of administrators, and what each takes in the log.
    own: BTreeMap<u64, u64>,
    /// What had to happen for the test to tell something.
    seen: [bool; 3],
}

impl Told {
    fn new() -> Told {
        let folder = tempfile::tempdir().unwrap();
        let bounds = settings::History { max_age: Duration::from_secs(1 << 30), max_size: MAX_SIZE };
        let store = Store::new(folder.path().to_owned(), None, Duration::from_secs(10), "test".to_owned());
        let (files, moments) = (Files::new(), BTreeMap::from([(0, Files::new())]));
        Told { folder, store: store.remembering(bounds), files, moments, own: BTreeMap::new(), seen: [false; 3] }
    }

    /// Makes a change of some files, on behalf of agents or not.
    fn change(&mut self, agents: &[&str], texts: &[(String, Option<String>)]) {
        let plan =
            |_: &crate::inventory::Inventory<'_>, _: &Past<'_>| Ok(Plan { texts: texts.to_vec(), ..Plan::default() });
        let intent = Intent { agents: agents.iter().map(|id| (*id).to_owned()).collect(), ..Intent::default() };
        let changed = self.store.change(&Request { intent, plans: &[&plan], keep_going: false }).unwrap();
        for (path, text) in texts {
            match text {
                Some(text) => drop(self.files.insert(path.clone(), text.clone())),
                None => drop(self.files.remove(path)),
            }
        }
        if let Some(number) = changed.number {
            self.moments.insert(number, self.files.clone());
        }
    }

    fn edit_by_hand(&mut self, path: &str, text: String) {
        std::fs::write(self.folder.path().join(path), &text).unwrap();
        self.files.insert(path.to_owned(), text);
        let number = self.store.past(|_, past| Ok(past.records()?.next_back().map(|last| last.number))).unwrap();
        // It is recorded by the next change.
        self.change(&[], &[("after.yml".to_owned(), Some(format!("# {number:?}\n")))]);
        let after = *self.moments.last_key_value().unwrap().0;
        let mut before = self.files.clone();
        match self.moments.range(..after).next_back().and_then(|(_, files)| files.get("after.yml")) {
            Some(text) => drop(before.insert("after.yml".to_owned(), text.clone())),
            None => drop(before.remove("after.yml")),
        }
        self.moments.insert(after - 1, before);
    }

    /// All that must hold at every moment.
    fn check(&mut self) {
        let Told { store, moments, own, seen, .. } = self;
        let look = |_: &Snapshot, past: &Past<'_>| {
            let records: Vec<&Record> = past.records()?.collect();
            for entry in past.logged()?.iter().filter(|entry| entry.record.number > 0) {
                if !entry.record.is_by_agents() {
                    own.entry(entry.record.number).or_insert(entry.size);
                }
            }
            let is_kept = |number: u64| records.iter().any(|record| record.number == number);
            let mut size = 0;
            for (number, takes) in own.iter().rev() {
                size += takes;
                assert!(is_kept(*number) || size > (MAX_SIZE - MAX_SIZE / 4) / 4 * 3, "{number} is gone");
                seen[0] |= !is_kept(*number);
            }
            for record in &records {
                let (before, after) = (past.before(record)?, record.number);
                for number in [before, after] {
                    let unsure = past.unsure(number)?;
                    let then: BTreeMap<String, Option<Vec<u8>>> = past.after(number)?.into_iter().collect();
                    for path in moments.values().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>() {
                        let text = past.text_after(number, path)?;
                        assert!(then.get(path).is_none_or(|then| *then == text));
                        let expected = moments[&number].get(path).map(|text| text.as_bytes().to_vec());
                        assert!(text == expected || unsure.contains(path.as_str()), "{path} after {number}");
                    }
                    seen[1] |= !unsure.is_empty();
                }
                // What it takes to take back an administrator's change is known.
                for file in record.files.iter().filter(|_| !record.is_by_agents()) {
                    for number in [after - 1, after] {
                        assert!(!past.unsure(number)?.contains(file.path.as_str()), "{} after {number}", file.path);
                    }
                }
                seen[2] |= record.since.is_some();
            }
            // One change for each that an administrator made to a file of an agent, and no more than that.
            let index = &past.log.index;
            assert!(index.agents <= (MAX_SIZE / 4).max(index.least + MAX_SIZE / 8));
            Ok(())
        };
        store.past(look).unwrap();
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// Agents change their files.
    Agents(Vec<(usize, Option<String>)>),
    /// An administrator changes a file of his own, or of an agent.
    Own(Option<usize>, String),
    Hand(Option<usize>, String),
}

fn path(agent: usize) -> String {
    format!("agent-{}.yml", AGENTS[agent])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = || "(# [a-z]{40}\n){1,4}";
    let agent = || prop_oneof![6 => Just(None), 1 => (0..AGENTS.len()).prop_map(Some)];
    let agents = prop::collection::vec((0..AGENTS.len(), prop::option::weighted(0.8, text())), 1..3);
    let step = prop_oneof![
        6 => agents.prop_map(Step::Agents),
        3 => (agent(), text()).prop_map(|(agent, text)| Step::Own(agent, text)),
        1 => (agent(), text()).prop_map(|(agent, text)| Step::Hand(agent, text)),
    ];
    prop::collection::vec(step, 100..140)
}

fn own_path(agent: Option<usize>) -> String {
    agent.map_or("own.yml".to_owned(), path)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn promise_17_agents_push_nothing_out_that_an_administrator_did(steps in steps()) {
        let mut told = Told::new();
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Step::Agents(changes) => {
                    let mut texts: BTreeMap<String, Option<String>> = BTreeMap::new();
                    texts.extend(changes.iter().map(|(agent, text)| (path(*agent), text.clone())));
                    // What is not there can't go.
                    texts.retain(|path, text| text.is_some() || told.files.contains_key(path));
                    let texts: Vec<_> = texts.into_iter().collect();
                    let agents: Vec<&str> = changes.iter().map(|(agent, _)| AGENTS[*agent]).collect();
                    told.change(&agents, &texts);
                }
                Step::Own(agent, text) => told.change(&[], &[(own_path(agent), Some(text))]),
                Step::Hand(agent, text) => told.edit_by_hand(&own_path(agent), format!("{text}# {at}\n")),
            }
            if at % 10 == 9 {
                told.check();
            }
        }
        told.check();
        prop_assert_eq!(told.seen, [true; 3]);
    }
}

#[test]
fn agents_are_named_beside_who_made_the_change() {
    let by = |agents: &[&str]| {
        let told = serde_json::json!({
            "number": 7, "time": 0, "origin": "command", "author": {"uid": 0, "name": "root"}, "agents": agents, "files": [],
        });
        serde_json::from_value::<Record>(told).unwrap().by()
    };
    assert_eq!(by(&[]), "root");
    assert_eq!(by(&["web-7"]), "agent web-7 (by root)");
    assert_eq!(by(&["a", "b"]), "agents a, b (by root)");
    assert_eq!(by(&["a", "b", "c", "d", "e"]), "agents a, b, c and 2 more (by root)");
}

#[test]
fn a_log_that_knows_no_agents_says_the_same_when_it_is_written_again() {
    let told = r#"{"number":7,"time":9,"origin":"command","command":"x","files":[{"path":"a.yml","before":null,"after":"0","edits":[]}]}"#;
    let record: Record = serde_json::from_str(told).unwrap();
    assert_eq!((record.is_by_agents(), record.since, record.files[0].since), (false, None, None));
    assert_eq!(serde_json::to_string(&record).unwrap(), told);
}
