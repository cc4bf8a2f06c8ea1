//! The tests that run the real binary, against the real Traefik and real servers where one is spoken to.
//! `tests/setup` installs those; a test that can't get its real part fails.

mod agreement;
mod completions;
mod dry_run;
mod front;
mod input;
mod lifecycle;
mod output;
mod settings;
mod store;
mod support;
mod tidy;
