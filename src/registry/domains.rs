//! Below which names agents get theirs.

use crate::error::{Code, Error};
use crate::name::{AgentId, Host, Scheme, Target};
use crate::plan::bad_value;

/// The domains below which agents get hosts.
#[derive(Clone, Debug, Default)]
pub struct Domains {
    /// Of applications: `SUB.DOMAIN`.
    pub app: Option<String>,
    /// Of databases: `ID.DOMAIN`.
    pub mongo: Option<String>,
}

/// How an agent names the host of a route.
#[derive(Clone, Copy, Debug)]
pub enum Named<'n> {
    /// By all of it.
    Host(&'n str),
    /// By the label below the domain of applications.
    Subdomain(&'n str),
    /// Not at all: a database has the agent's id for a name.
    ById,
}

impl Domains {
    /// The host that is meant.
    pub fn host(&self, id: &AgentId, named: Named<'_>, target: &Target) -> Result<Host, Error> {
        match (named, target.scheme()) {
            (Named::Host(host), _) => host.parse().map_err(bad_value),
            (Named::Subdomain(label), _) => below(label, self.app.as_ref(), "app-domain"),
            (Named::ById, Scheme::Mongodb) => below(id.as_str(), self.mongo.as_ref(), "mongo-domain"),
            (Named::ById, _) => Err(Error::new(Code::BadValue, "the route has no host")
                .hint("name its host, or its subdomain; only a MongoDB server is named after its agent")),
        }
    }
}

fn below(name: &str, domain: Option<&String>, flag: &str) -> Result<Host, Error> {
    let domain = domain.ok_or_else(|| {
        Error::new(Code::Usage, format!("{name:?} needs a domain to stand below"))
            .hint(format!("say it with --{flag}, or by the setting agents.{flag}"))
    })?;
    format!("{name}.{domain}").parse().map_err(bad_value)
}
