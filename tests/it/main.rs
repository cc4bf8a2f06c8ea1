//! The tests that run the real binary, against the real Traefik and real servers where one is spoken to.
//! `tests/setup` installs those; a test that can't get its real part fails.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on must fail, loudly; its helpers too"
)]

mod agents;
mod agreement;
mod batch;
mod changes;
mod completions;
mod diff;
mod differential;
mod dry_run;
mod front;
mod guard;
mod history;
mod input;
mod join;
mod lifecycle;
mod output;
mod packaging;
mod register;
mod settings;
mod store;
mod support;
mod terminal;
mod tidy;
mod validate;
mod validate_disk;
