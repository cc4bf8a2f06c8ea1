//! What an agent asks its server for, as the body of a request.

use crate::error::{Code, Error};
use crate::hash::crc32;
use crate::name::{AgentId, Host};
use crate::plan::bad_value;
use crate::route::Tls;
use crate::token::Token;
use serde_json::{Map, Value, json};
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// An application, and where it is to be served: at a host, or below the server's domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The host, or the label below the domain.
    pub name: Host,
    /// The port that it listens on.
    pub port: u16,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The agent's id, where the token leaves a choice.
    pub id: Option<AgentId>,
    /// The address of this machine, where it is not the one by which it reaches the server.
    pub address: Option<IpAddr>,
    /// Its applications.
    pub apps: Vec<App>,
    /// The port of its MongoDB server.
    pub mongodb: Option<u16>,
    /// What TLS that has.
    pub tls: Option<Tls>,
}

impl FromStr for App {
    type Err = Error;

    /// Reads `SUB=PORT` or `HOST=PORT`.
    fn from_str(text: &str) -> Result<App, Error> {
        let bad = || {
            Error::new(Code::BadValue, format!("--app: {text:?} is not SUB=PORT or HOST=PORT")).hint("write shop=3000")
        };
        let (name, port) = text.rsplit_once('=').ok_or_else(bad)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?;
        Ok(App { name: name.parse().map_err(bad_value)?, port })
    }
}

/// What a database is called among an agent's routes.
const MONGODB: &str = "mongodb";
/// How long a name of a route can be.
const LONGEST: usize = 63;

impl Wishes {
    /// The body by which an agent joins with its own key.
    pub fn joining(&self, key: &Token, local: IpAddr) -> Value {
        let mut body = self.all(local);
        body["key"] = json!(key.secret());
        if let Some(id) = &self.id {
            body["id"] = json!(id.as_str());
        }
        body
    }

    /// The body that says it all again. Where no route is named they stay as they are.
    pub fn all(&self, local: IpAddr) -> Value {
        let address = self.address.unwrap_or(local);
        let mut body = json!({ "address": address });
        let routes = self.routes(address);
        if !routes.is_empty() {
            body["routes"] = Value::Object(routes);
        }
        body
    }

    fn routes(&self, address: IpAddr) -> Map<String, Value> {
        let mut routes = Map::new();
        if let Some(port) = self.mongodb {
            let mut route = json!({ "target": format!("mongodb://{}", SocketAddr::new(address, port)) });
            if let Some(tls) = self.tls {
                route["tls"] = json!(tls.as_str());
            }
            routes.insert(MONGODB.to_owned(), route);
        }
        for App { name, port } in &self.apps {
            let host = name.as_str();
            let place = if host.contains('.') { "host" } else { "subdomain" };
            let target = format!("http://{}", SocketAddr::new(address, *port));
            let mut short = plain(host);
            if short.is_empty() || short.len() > LONGEST || routes.contains_key(&short) {
                short.truncate(LONGEST - 9);
                short = plain(&format!("{short}-{:08x}", crc32(host.as_bytes())));
            }
            routes.insert(short, json!({ place: host, "target": target }));
        }
        routes
    }
}

/// A host as the name of a route.
fn plain(host: &str) -> String {
    let allowed = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    host.chars().map(allowed).collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Use;

    fn wishes(apps: &[&str]) -> Wishes {
        Wishes { apps: apps.iter().map(|app| app.parse().unwrap()).collect(), ..Wishes::default() }
    }

    #[test]
    fn a_body_says_what_is_asked_for() {
        let local: IpAddr = "10.8.0.7".parse().unwrap();
        let all =
            Wishes { mongodb: Some(27017), tls: Some(Tls::Passthrough), ..wishes(&["shop=3000", "A.example.com=1"]) };
        assert_eq!(
            all.all(local),
            json!({"address": "10.8.0.7", "routes": {
                "mongodb": {"target": "mongodb://10.8.0.7:27017", "tls": "passthrough"},
                "shop": {"subdomain": "shop", "target": "http://10.8.0.7:3000"},
                "a-example-com": {"host": "a.example.com", "target": "http://10.8.0.7:1"},
            }})
        );
        let key = Token::random(Use::Agent).unwrap();
        let id = Some("web-7".parse().unwrap());
        let six = Wishes { id, address: Some("fd00::7".parse().unwrap()), ..wishes(&["shop=3000"]) };
        let body = six.joining(&key, local);
        assert_eq!((&body["id"], &body["key"]), (&json!("web-7"), &json!(key.secret())));
        assert_eq!(body["routes"]["shop"]["target"], "http://[fd00::7]:3000");
        assert_eq!(wishes(&[]).all(local), json!({"address": "10.8.0.7"}), "routes that are not named stay");
    }

    #[test]
    fn every_route_has_a_name_of_its_own() {
        let local: IpAddr = "10.8.0.7".parse().unwrap();
        let long = format!("{}.{}.example.com=1", "a".repeat(60), "b".repeat(60));
        let all = Wishes {
            mongodb: Some(1),
            ..wishes(&["a.b=1", "a-b=2", "*.a.b=3", "mongodb=4", &long, &long.replace(".example", ".other")])
        };
        let body = all.all(local);
        let names: Vec<&String> = body["routes"].as_object().unwrap().keys().collect();
        assert_eq!(names.len(), 7, "{names:?}");
        let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        assert!(
            names.iter().all(|n| n.len() <= 63 && is_edge(n.chars().next()) && is_edge(n.chars().last())),
            "{names:?}"
        );
    }

    #[test]
    fn what_is_no_app_is_refused() {
        for bad in ["shop", "shop=", "shop=0", "shop=65536", "shop=x", "=3000", "a b=1", "x`)=1", "10.0.0.1=1"] {
            assert!(bad.parse::<App>().is_err(), "{bad}");
        }
    }
}
