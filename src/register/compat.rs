//! The words of agents that were installed for an earlier server: other paths and fields, the same decisions.
//!
//! What they call `agentKey` is a token for joining, made for one id. It goes on being the agent's credential, until it is
//! revoked; so it is also what they get back as `token`. An answer that refuses never holds that word: their
//! installer looks for it, and for nothing else.

use super::api::{decoded, may_lead_there, no_such_path, not_allowed};
use super::ask::{Ask, HostAsk, Reply, RouteAsk, What, Which};
use super::exchange::{Answer, Body, Request};
use super::refusal::{Code, Refusal};
use super::service::{Service, broken};
use crate::agent::{Agent, OwnRoute};
use crate::authority::Authority;
use crate::certificate::authority as ca;
use crate::error::Error;
use crate::name::{AgentId, BadName, Kind, Scheme, Target};
use crate::registry::Domains;
use crate::route::Tls;
use crate::store::now;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What older agents need beside what all do: certificates.
pub struct Compat {
    authority: ca::Authority,
    domains: Domains,
}

/// What is asked for in the old words.
enum Old {
    /// To join; answered with the credential, as it was sent.
    Register,
    /// Whether the credential still counts.
    Authenticate,
    Config,
    Mongodb,
    Http,
    Redis,
    Routes,
    Done,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Fields {
    agent_id: Option<String>,
    agent_key: Option<String>,
    #[serde(default, deserialize_with = "port")]
    target_port: Option<u16>,
    target_ip: Option<String>,
    target_host: Option<String>,
    target_url: Option<String>,
    subdomain: Option<String>,
    use_tls: Option<bool>,
    #[serde(default)]
    options: Options,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Options {
    use_tls: Option<bool>,
}

/// A port, as a number or as its digits.
fn port<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_plain = text.bytes().all(|b| b.is_ascii_digit());
    let port = text.parse::<u16>().ok().filter(|port| is_plain && *port > 0);
    match (value, port) {
        (Value::Null, _) => Ok(None),
        (_, Some(port)) => Ok(Some(port)),
        _ => Err(serde::de::Error::custom("the port is no number from 1 to 65535")),
    }
}

impl Compat {
    /// What is needed of the state folder; the authority of certificates is made where there is none.
    pub fn open(authority: &Authority, domains: &Domains) -> Result<Compat, Error> {
        let made = match authority.certificate_authority()? {
            Some(made) => made,
            None => {
                let made = ca::Authority::new(now())?;
                authority.put_certificate_authority(&made)?;
                made
            }
        };
        Ok(Compat { authority: made, domains: domains.clone() })
    }

    /// Whether a path is one of the old ones.
    pub fn is_for(path: &str) -> bool {
        path == "/health" || path.starts_with("/api/")
    }

    /// What a request asks for, for whoever has no need to answer it.
    pub fn asked(request: &Request) -> Result<Ask, Answer> {
        read(request).map(|(_, ask)| ask)
    }

    /// Answers in the old words.
    pub async fn answer(&self, service: &Arc<Service>, request: Request) -> Answer {
        match self.answered(service, &request).await {
            Ok(answer) => answer,
            Err(answer) => without_the_word(answer),
        }
    }

    async fn answered(&self, service: &Arc<Service>, request: &Request) -> Result<Answer, Answer> {
        if request.path == "/health" {
            return match request.method.as_str() {
                "GET" => Ok(Answer::json(200, json!({ "status": "ok" }))),
                _ => Err(not_allowed("GET")),
            };
        }
        let (old, ask) = read(request)?;
        let credential = ask.credential.clone();
        let reply = service.carry_out(ask).await?;
        if reply.agent.removed.is_some() {
            return Ok(Answer::json(200, json!({ "success": true })));
        }
        if reply.is_pending() && !matches!(old, Old::Register | Old::Authenticate) {
            let said = json!({ "success": false, "code": "pending", "message": "an administrator has to approve the agent first" });
            return Ok(Answer::json(202, said));
        }
        self.said(service, &old, &reply, credential.as_deref()).await
    }

    /// What was done, in the old words.
    async fn said(
        &self,
        service: &Arc<Service>,
        old: &Old,
        reply: &Reply,
        credential: Option<&str>,
    ) -> Result<Answer, Answer> {
        let agent = &reply.agent;
        let mut said = json!({ "success": true, "agentId": agent.id, "status": agent.state.as_str() });
        let status = match old {
            Old::Register | Old::Authenticate => {
                // So that the certificate is there when the agent asks for it, and asking changes nothing.
                self.certificate(service, agent).await?;
                said["token"] = json!(credential);
                said["targetIp"] = json!(agent.address);
                said["tlsEnabled"] = json!(true);
                if matches!(old, Old::Register) { 201 } else { 200 }
            }
            Old::Config => {
                let ca::Issued { certificate, key } = self.certificate(service, agent).await?;
                let authority = &self.authority.certificate;
                said["certificates"] = json!({
                    "caCert": authority, "serverCert": certificate, "serverKey": key,
                    "ca": authority, "cert": certificate, "key": key,
                });
                200
            }
            Old::Mongodb | Old::Redis | Old::Http => {
                let scheme = |route: &&OwnRoute| match old {
                    Old::Mongodb => route.target.scheme() == Scheme::Mongodb,
                    Old::Redis => route.target.scheme() == Scheme::Redis,
                    _ => route.kind() == Kind::Http,
                };
                let route = reply.route.as_ref().filter(scheme);
                let has_tls = route.is_some_and(|route| route.tls.is_some_and(|tls| tls != Tls::Off));
                said["domain"] = json!(route.map(|route| &route.host));
                said["tlsEnabled"] = json!(has_tls);
                if let (Old::Mongodb, Some(route)) = (old, route) {
                    let tls = if has_tls { "?tls=true" } else { "" };
                    let port = service.port_of("mongodb").unwrap_or(27017);
                    said["connectionString"] = json!(format!("mongodb://{}:{port}/{tls}", route.host));
                }
                201
            }
            Old::Routes => {
                said["routes"] = agent.routes.iter().map(|route| self.route(agent, route)).collect();
                200
            }
            Old::Done => 200,
        };
        Ok(Answer::json(status, said))
    }

    fn route(&self, agent: &Agent, route: &OwnRoute) -> Value {
        let host = route.host.as_str();
        let below = |domain: &String| host.strip_suffix(domain.as_str())?.strip_suffix('.');
        let subdomain = [&self.domains.app, &self.domains.mongo].into_iter().flatten().find_map(below);
        json!({
            "agentId": agent.id,
            "subdomain": subdomain.unwrap_or(host),
            "domain": host,
            "targetUrl": route.target,
            "type": route.kind().as_str(),
        })
    }

    /// The agent's certificate: made once, and signed anew in time, for the same key.
    async fn certificate(&self, service: &Arc<Service>, agent: &Agent) -> Result<ca::Issued, Refusal> {
        let name = match &self.domains.mongo {
            Some(domain) => format!("{}.{domain}", agent.id),
            None => agent.id.to_string(),
        };
        let (service, id, authority) = (service.clone(), agent.id.clone(), self.authority.clone());
        let made = tokio::task::spawn_blocking(move || service.certificate(&id, &[&name], &authority)).await;
        made.map_err(|_| broken())?.map_err(|error| Refusal::from(&error))
    }
}

/// What is asked for: by the path, and the fields of the body.
fn read(request: &Request) -> Result<(Old, Ask), Answer> {
    let fields: Fields = match request.body.as_slice() {
        b"" => Fields::default(),
        body => decoded(body)?,
    };
    let path: Vec<&str> = request.path.split('/').skip(2).collect();
    let (allowed, what, in_path): (&'static str, Option<(Old, What)>, Option<&str>) =
        match (path.as_slice(), request.method.as_str()) {
            (["agent" | "agents", "register"], "POST") => {
                let address = fields.target_ip.as_deref().and_then(|ip| ip.parse().ok());
                ("POST", Some((Old::Register, What::Join { key: None, address, routes: None })), None)
            }
            (["agents", "authenticate"], "POST") => ("POST", Some((Old::Authenticate, What::Show)), None),
            (["config", id], "GET") => ("GET", Some((Old::Config, What::Show)), Some(id)),
            (["mongodb", "register"], "POST") => ("POST", Some((Old::Mongodb, mongodb(&fields)?)), None),
            (["mongodb", id], "DELETE") => ("DELETE", Some((Old::Done, What::RemoveRoute(Which::Mongodb))), Some(id)),
            (["proxy", "http"], "POST") => ("POST", Some((Old::Http, http(&fields)?)), None),
            (["proxy", "redis"], "POST") => ("POST", Some((Old::Redis, redis(&fields)?)), None),
            (["proxy", "routes"], "GET") => ("GET", Some((Old::Routes, What::Show)), None),
            (["proxy", "agents", id], "GET") => ("GET", Some((Old::Routes, What::Show)), Some(id)),
            (["proxy"], "DELETE") => {
                let subdomain = fields.subdomain.clone().ok_or_else(|| lacks("subdomain"))?;
                ("DELETE", Some((Old::Done, What::RemoveRoute(Which::Subdomain(subdomain)))), None)
            }
            (["agents", id], "GET") => ("GET", Some((Old::Routes, What::Show)), Some(id)),
            (["agents", id], "DELETE") => ("DELETE", Some((Old::Done, What::Leave)), Some(id)),
            (["agent" | "agents", "register"] | ["agents", "authenticate"] | ["mongodb", "register"], _)
            | (["proxy", "http" | "redis"], _) => ("POST", None, None),
            (["config", _] | ["proxy", "routes"] | ["proxy", "agents", _], _) => ("GET", None, None),
            (["mongodb", _] | ["proxy"], _) => ("DELETE", None, None),
            (["agents", _], _) => ("GET, DELETE", None, None),
            _ => return Err(no_such_path().into()),
        };
    let (old, what) = what.ok_or_else(|| not_allowed(allowed))?;
    let named = in_path.or(fields.agent_id.as_deref());
    let id = named.map(str::parse::<AgentId>).transpose().map_err(bad_name)?;
    // Whoever registers or comes back proves himself by what the one who installed him was given.
    let credential = match old {
        Old::Register | Old::Authenticate => fields.agent_key,
        _ => request.bearer.clone(),
    };
    let is_missing = id.is_none() && matches!(old, Old::Register | Old::Authenticate);
    if is_missing {
        return Err(lacks("agentId").into());
    }
    Ok((old, Ask { credential, id, peer: request.peer, what }))
}

fn mongodb(fields: &Fields) -> Result<What, Refusal> {
    let target = target("mongodb", fields.target_ip.as_deref(), fields.target_port.unwrap_or(27017))?;
    // Its own certificate stands behind Traefik.
    let tls = if fields.use_tls == Some(false) { Tls::On } else { Tls::Passthrough };
    Ok(What::PutRoute(None, RouteAsk { host: HostAsk::ById, target, tls: Some(tls) }))
}

fn http(fields: &Fields) -> Result<What, Refusal> {
    let subdomain = fields.subdomain.clone().ok_or_else(|| lacks("subdomain"))?;
    let url = fields.target_url.as_deref().ok_or_else(|| lacks("targetUrl"))?;
    let target: Target = url.strip_suffix('/').unwrap_or(url).parse().map_err(bad_name)?;
    may_lead_there(&target)?;
    if target.scheme().kind() != Kind::Http {
        return Err(Refusal::bad_value("targetUrl is no URL of HTTP", "for example http://10.8.0.7:3000"));
    }
    let tls = fields.options.use_tls.filter(|on| *on).map(|_| Tls::On);
    Ok(What::PutRoute(None, RouteAsk { host: HostAsk::Subdomain(subdomain), target, tls }))
}

/// A Redis server is found by the agent's id below the domain of applications.
fn redis(fields: &Fields) -> Result<What, Refusal> {
    let id = fields.agent_id.clone().ok_or_else(|| lacks("agentId"))?;
    let target = target("redis", fields.target_host.as_deref(), fields.target_port.unwrap_or(6379))?;
    let tls = if fields.options.use_tls == Some(false) { Tls::On } else { Tls::Passthrough };
    Ok(What::PutRoute(None, RouteAsk { host: HostAsk::Subdomain(id), target, tls: Some(tls) }))
}

fn target(scheme: &str, address: Option<&str>, port: u16) -> Result<Target, Refusal> {
    let address = address.filter(|address| !address.is_empty()).ok_or_else(|| lacks("targetIp"))?;
    let address: IpAddr = address.parse().map_err(|_| {
        Refusal::new(Code::TargetNotAnAddress, "the target is not given by its address", "give an IP address")
    })?;
    format!("{scheme}://{}", SocketAddr::new(address, port)).parse().map_err(bad_name)
}

fn lacks(field: &str) -> Refusal {
    Refusal::bad_value(format!("there is no {field}"), "name it in the body")
}

fn bad_name(bad: BadName) -> Refusal {
    Refusal::bad_value(bad.what, "")
}

/// A refusal as the old installer must find it: `success: false`, and nowhere the word that it looks for.
fn without_the_word(answer: Answer) -> Answer {
    let Body::Json(Value::Object(mut said)) = answer.body else { return answer };
    for value in said.values_mut() {
        if value.as_str().is_some_and(|text| text.to_ascii_lowercase().contains("token")) {
            *value = json!("refused");
        }
    }
    said.insert("success".into(), json!(false));
    Answer { body: Body::Json(Value::Object(said)), ..answer }
}
