//! `agent join`: this machine as an agent of a server elsewhere.

mod daemon;

use super::Agents;
use crate::cli::{Join, TlsArg};
use crate::command::{Context, Outcome};
use crate::error::{Code, Error};
use crate::join::{KeyFile, Member, Server, TokenFile, Trust, Url, Wishes};
use crate::probe;
use anyhow::Context as _;
use std::path::PathBuf;

pub(super) fn join(context: &Context, args: &Join) -> Result<Outcome, Error> {
    let bad = |what| Error::new(Code::BadValue, what).hint("write https://HOST:PORT");
    let url: Url = args.url.parse().map_err(bad)?;
    let trust = match (&args.pin, &args.ca) {
        (Some(pin), _) => Trust::Pin(pin.clone()),
        (None, None) => Trust::System,
        (None, Some(file)) => match probe::roots(&[PathBuf::from(file)], &[]) {
            roots if roots.is_empty() => {
                let what = format!("--ca: {file} can't be read, or holds no certificate");
                return Err(Error::new(Code::Io, what).hint("it is a file in PEM: BEGIN CERTIFICATE"));
            }
            roots => Trust::Authorities(roots),
        },
    };
    let wishes = Wishes {
        id: args.id.clone(),
        address: args.address,
        apps: args.apps.clone(),
        mongodb: args.mongodb,
        tls: args.tls.map(TlsArg::of_route),
    };
    let member = Member {
        server: Server::new(url.clone(), &trust, args.insecure_http)?,
        file: KeyFile::new(args.key_file.as_deref(), &context.state_dir, &url),
        token: TokenFile::new(args.token_file.as_deref()),
        wishes,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("can't begin")?;
    let outcome = runtime.block_on(async {
        match (args.leave, args.daemon) {
            (true, _) => member.leave().await.map(|id| Outcome::Agents(Agents::Left(id))).map_err(Error::from),
            (_, true) => daemon::run(&member, args.every).await.map(|()| Outcome::Text(String::new())),
            _ => member.present().await.map(|agent| Outcome::Agents(Agents::Joined(agent))).map_err(Error::from),
        }
    });
    // The look-up of a name may still be waiting; nobody waits for that.
    runtime.shutdown_background();
    outcome
}
