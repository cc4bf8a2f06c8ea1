//! Who calls how often: a table of addresses that can't grow without end. It knows no clock; the time is given.

use super::bounds::Bounds;
use crate::register::bucket::Bucket;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is served.
    Serve,
    /// It is told to come again in so many seconds.
    Wait(u32),
    /// It is closed without a word, for which alone there is time.
    Drop,
}

/// The addresses that call.
#[derive(Debug)]
pub(super) struct Peers {
    bounds: Bounds,
    /// Connections at the moment; as long as they are bounded, so is this.
    open: HashMap<IpAddr, usize>,
    known: HashMap<IpAddr, Peer>,
    /// The same, those first that have been quiet longest.
    order: BTreeMap<u64, IpAddr>,
    calls: u64,
}

#[derive(Debug)]
struct Peer {
    last: u64,
    requests: Bucket,
    failures: Bucket,
}

impl Peers {
    pub(super) fn new(bounds: Bounds) -> Peers {
        Peers { bounds, open: HashMap::new(), known: HashMap::new(), order: BTreeMap::new(), calls: 0 }
    }

    /// A connection comes in. Unless it is dropped, [`Peers::leave`] has to follow.
    pub(super) fn arrive(&mut self, address: IpAddr, now: Instant) -> Verdict {
        let bounds = self.bounds;
        let most = if address.to_canonical().is_loopback() { bounds.per_loopback } else { bounds.per_address };
        if self.open.get(&one(address)).is_some_and(|open| *open >= most) {
            return Verdict::Drop;
        }
        let verdict = match self.peer(address, now).requests.take(now) {
            Ok(()) => Verdict::Serve,
            Err(wait) if wait.debt > bounds.burst.into() => return Verdict::Drop,
            Err(wait) => Verdict::Wait(wait.seconds),
        };
        *self.open.entry(one(address)).or_default() += 1;
        verdict
    }

    /// A connection ends.
    pub(super) fn leave(&mut self, address: IpAddr) {
        if let Some(open) = self.open.get_mut(&one(address)) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                self.open.remove(&one(address));
            }
        }
    }

    /// A credential was wrong; in how many seconds the address may try the next, where it has to wait.
    pub(super) fn failed(&mut self, address: IpAddr, now: Instant) -> Option<u32> {
        self.peer(address, now).failures.take(now).err().map(|wait| wait.seconds)
    }

    fn peer(&mut self, address: IpAddr, now: Instant) -> &mut Peer {
        self.calls += 1;
        let (last, bounds, address) = (self.calls, self.bounds, one(address));
        if !self.known.contains_key(&address)
            && self.known.len() >= bounds.addresses
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.known.remove(&oldest);
        }
        let peer = self.known.entry(address).or_insert_with(|| Peer {
            last,
            requests: Bucket::full(bounds.burst, f64::from(bounds.rate), now),
            failures: Bucket::full(bounds.failures, f64::from(bounds.failures) / 60.0, now),
        });
        self.order.remove(&peer.last);
        self.order.insert(last, address);
        peer.last = last;
        peer
    }
}

/// What counts as one address: a household or a server has a whole IPv6 network of 64 bits to call from.
fn one(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn peers(bounds: Bounds) -> (Peers, Instant) {
        (Peers::new(bounds), Instant::now())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_requests_a_second() {
        let (mut peers, start) = peers(Bounds { rate: 2, burst: 3, ..Bounds::DEFAULT });
        let mut at = |milliseconds| {
            let verdict = peers.arrive(address("192.0.2.1"), start + Duration::from_millis(milliseconds));
            if verdict != Verdict::Drop {
                peers.leave(address("192.0.2.1"));
            }
            verdict
        };
        assert_eq!([at(0), at(0), at(0)], [Verdict::Serve; 3]);
        assert_eq!([at(0), at(0), at(0)], [Verdict::Wait(1), Verdict::Wait(1), Verdict::Wait(2)]);
        assert_eq!(at(0), Verdict::Drop, "who does not listen is not answered any more");
        for _ in 0..1000 {
            assert_eq!(at(0), Verdict::Drop);
        }
        assert_eq!(at(4000), Verdict::Serve, "a debt does not grow for ever");
        assert_eq!(at(0), Verdict::Wait(1), "a clock that goes back gives nothing");
    }

    #[test]
    fn an_address_has_so_many_connections() {
        let bounds = Bounds { per_address: 2, per_loopback: 3, ..Bounds::DEFAULT };
        let (mut peers, now) = peers(bounds);
        let mut come = |text| peers.arrive(address(text), now) == Verdict::Serve;
        assert_eq!([come("192.0.2.1"), come("::ffff:192.0.2.1"), come("192.0.2.1")], [true, true, false]);
        assert_eq!([come("2001:db8::1"), come("2001:db8::2:0:0:1"), come("2001:db8:0:0:ffff::")], [true, true, false]);
        assert!(come("2001:db8:0:1::"));
        assert_eq!(
            [come("127.0.0.1"), come("127.0.0.1"), come("127.0.0.1"), come("127.0.0.1")],
            [true, true, true, false]
        );
        peers.leave(address("192.0.2.1"));
        assert_eq!(peers.arrive(address("192.0.2.1"), now), Verdict::Serve);
    }

    #[test]
    fn wrong_credentials_are_counted_by_the_minute() {
        let (mut peers, start) = peers(Bounds { failures: 2, ..Bounds::DEFAULT });
        let mut fail = |text, seconds| peers.failed(address(text), start + Duration::from_secs(seconds));
        assert_eq!([fail("192.0.2.1", 0), fail("192.0.2.1", 0), fail("192.0.2.1", 0)], [None, None, Some(30)]);
        assert_eq!(fail("192.0.2.2", 0), None, "one address does not pay for another");
        assert_eq!(fail("192.0.2.1", 61), None);
    }

    #[test]
    fn the_table_forgets_who_has_been_quiet_longest() {
        let (mut peers, now) = peers(Bounds { addresses: 3, failures: 1, ..Bounds::DEFAULT });
        for last in [1, 2, 3, 1, 4, 5] {
            peers.failed(IpAddr::from([192, 0, 2, last]), now);
        }
        assert_eq!(peers.known.len(), 3);
        assert_eq!(peers.order.len(), 3);
        assert!(peers.failed(address("192.0.2.1"), now).is_some(), "called in between");
        assert_eq!(peers.failed(address("192.0.2.2"), now), None, "forgotten");
        for network in 0..10_000u128 {
            peers.arrive(IpAddr::V6(Ipv6Addr::from_bits((0x2001 << 112) | (network << 64))), now);
            assert!(peers.known.len() <= 3 && peers.order.len() <= 3);
        }
    }
}
