//! `agent join --daemon`: says again and again that the machine is there. It ends by a signal, or where the server does
//! not know it any more.

use crate::error::{Code, Error};
use crate::join::{Failure, Kind, Member};
use sd_notify::NotifyState;
use std::io::Write;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the machine is heard of where nothing says how often it must be.
const USUAL: Duration = Duration::from_secs(30);
/// How long a lease may be taken for.
const LONGEST_LEASE: Duration = Duration::from_secs(24 * 3600);
/// The pause after a failure, at first and at most.
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(60);

pub(super) async fn run(member: &Member, every: Option<Duration>) -> Result<(), Error> {
    let cant = |error: std::io::Error| Error::new(Code::Io, format!("can't wait for signals: {error}"));
    let mut terminated = signal(SignalKind::terminate()).map_err(cant)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(cant)?;
    tokio::select! {
        biased;
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
        Err(error) = live(member, every) => return Err(error),
    }
    notify(&[NotifyState::Stopping]);
    Ok(())
}

/// Goes on until the server says no.
async fn live(member: &Member, every: Option<Duration>) -> Result<std::convert::Infallible, Error> {
    let mut failures = 0;
    let agent = loop {
        match member.present().await {
            Ok(agent) => break agent,
            Err(failure) => failures = pause(failure, failures).await?,
        }
    };
    let (id, state) = (agent["id"].as_str().unwrap_or_default(), agent["state"].as_str().unwrap_or_default());
    let mut known = state.to_owned();
    let mut lease = agent["lease"].as_u64().map(Duration::from_secs);
    tell(&format!("agent {id} of {} is {known}", member.server.url()));
    notify(&[NotifyState::Ready]);
    failures = 0;
    loop {
        tokio::time::sleep(spread(interval(every, lease))).await;
        if member.is_renewal_due() {
            match member.renew().await {
                Ok(()) => tell("the key is renewed"),
                // The beat says whether there is more to it.
                Err(failure) => tell(&format!("the key could not be renewed: {}", failure.error)),
            }
        }
        loop {
            let failure = match member.beat().await {
                Ok(beat) => {
                    if known != beat.state || failures > 0 {
                        tell(&format!("agent {id} is {}", beat.state));
                    }
                    (known, lease, failures) = (beat.state, beat.lease, 0);
                    break;
                }
                // What is refused to a heartbeat an administrator may allow again; but not the credential itself.
                Err(failure) => match failure.kind {
                    Kind::Refused(_) if !failure.is_unauthorized() => Failure { kind: Kind::Away(LONG), ..failure },
                    _ => failure,
                },
            };
            failures = pause(failure, failures).await?;
        }
    }
}

/// Waits before the next attempt, where there shall be one; gives how many have failed by now.
async fn pause(failure: Failure, failures: u32) -> Result<u32, Error> {
    let Kind::Away(least) = failure.kind else { return Err(failure.error) };
    let pause = spread(growing(failures).max(least.min(LONG)));
    tell(&format!("{}; once more in {pause:.1?}", failure.error));
    tokio::time::sleep(pause).await;
    Ok(failures.saturating_add(1))
}

fn interval(every: Option<Duration>, lease: Option<Duration>) -> Duration {
    let third = |lease: Duration| (lease.min(LONGEST_LEASE) / 3).max(Duration::from_millis(500));
    every.or(lease.map(third)).unwrap_or(USUAL)
}

fn growing(failures: u32) -> Duration {
    SHORT.saturating_mul(1 << failures.min(10)).min(LONG)
}

/// A little less or more, so that many machines do not ask as one.
fn spread(time: Duration) -> Duration {
    let mut random = [128];
    let _ = getrandom::fill(&mut random);
    time.mul_f64(0.8 + f64::from(random[0]) / 255.0 * 0.2)
}

/// For the journal.
fn tell(text: &str) {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(std::io::stderr(), "{plain}");
    notify(&[NotifyState::Status(&plain)]);
}

fn notify(states: &[NotifyState<'_>]) {
    // Without a service manager there is nobody to tell.
    let _ = sd_notify::notify(states);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_heard_of_three_times_in_a_lease() {
        let seconds = Duration::from_secs;
        assert_eq!(interval(None, Some(seconds(90))), seconds(30));
        assert_eq!(interval(Some(seconds(5)), Some(seconds(90))), seconds(5));
        assert_eq!((interval(None, None), interval(None, Some(seconds(0)))), (USUAL, Duration::from_millis(500)));
        assert_eq!(interval(None, Some(Duration::MAX)), LONGEST_LEASE / 3);
    }

    #[test]
    fn pauses_grow_to_a_minute_and_never_together() {
        let pauses: Vec<u64> = (0..9).map(|failures| growing(failures).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(growing(u32::MAX), LONG);
        let spread: Vec<Duration> = (0..100).map(|_| spread(LONG)).collect();
        assert!(spread.iter().all(|time| *time >= LONG.mul_f64(0.79) && *time <= LONG.mul_f64(1.001)));
        assert!(spread.iter().any(|time| *time != spread[0]));
    }
}
