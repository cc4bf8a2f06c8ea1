//! Who has been heard of, and when: in memory alone, but for what is written down now and then for people to see.

use crate::name::AgentId;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// The agents that have been heard of.
#[derive(Debug, Default)]
pub struct Leases {
    /// When those were heard of that must go on saying that they are alive.
    beats: HashMap<AgentId, Instant>,
    /// When each was heard of, in seconds since 1970.
    seen: BTreeMap<String, i64>,
    /// Whether that has changed since it was written down.
    is_news: bool,
}

impl Leases {
    /// A table at the start of a server: everybody has his whole lease before him, however long nobody could be heard.
    pub fn begin(agents: impl Iterator<Item = AgentId>, seen: BTreeMap<String, i64>, now: Instant) -> Leases {
        Leases { beats: agents.map(|id| (id, now)).collect(), seen, is_news: false }
    }

    /// An agent has been heard of.
    pub fn heard_of(&mut self, id: &AgentId, has_lease: bool, at: Instant, time: i64) {
        if has_lease {
            self.beats.insert(id.clone(), at);
        }
        // A minute is as exact as it has to be.
        let last = self.seen.entry(id.to_string()).or_default();
        if time.saturating_sub(*last) >= 60 {
            *last = time;
            self.is_news = true;
        }
    }

    /// An agent has no lease any more.
    pub fn forget(&mut self, id: &AgentId) {
        self.beats.remove(id);
    }

    /// Those that have not been heard of for so long. Who can't be dealt with now is named again as much later.
    pub fn lapsed(&mut self, longer_than: Duration, now: Instant) -> Vec<AgentId> {
        let mut late = Vec::new();
        for (id, at) in &mut self.beats {
            if now.saturating_duration_since(*at) > longer_than {
                *at = now;
                late.push(id.clone());
            }
        }
        late
    }

    /// How many must go on being heard of.
    pub fn count(&self) -> u64 {
        self.beats.len() as u64
    }

    /// What is to be written down, if there is anything new.
    pub fn news(&mut self) -> Option<BTreeMap<String, i64>> {
        std::mem::take(&mut self.is_news).then(|| self.seen.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_ends_when_nothing_is_heard_and_a_restart_begins_it_anew() {
        let (id, start) = ("web-7".parse::<AgentId>().unwrap(), Instant::now());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let lease = Duration::from_secs(90);
        let mut leases = Leases::default();
        leases.heard_of(&id, false, start, 1000);
        assert!(leases.lapsed(lease, at(10_000)).is_empty(), "one that has never beaten has none");
        leases.heard_of(&id, true, at(5), 1005);
        assert!(leases.lapsed(lease, at(95)).is_empty());
        assert_eq!(leases.lapsed(lease, at(96)), std::slice::from_ref(&id));
        let seen = leases.news().unwrap();
        assert_eq!(seen["web-7"], 1000, "to a minute");
        assert_eq!(leases.news(), None);
        let mut leases = Leases::begin([id.clone()].into_iter(), seen, at(500));
        assert!(leases.lapsed(lease, at(590)).is_empty());
        leases.forget(&id);
        assert!(leases.lapsed(lease, at(9000)).is_empty());
    }
}
