//! The running Traefik, by its API. It is only asked, and every answer has its time.

mod configuration;
mod expected;
mod telling;
mod url;

use crate::error::{Code, Error};
use crate::secret::without_credentials;
use crate::static_config::{StaticConfig, TRAEFIK};
use crate::trust;
pub use configuration::{Configuration, EntryPoint, Loaded, NAME, State, loaded};
pub use expected::{Expected, Instead, Subject};
use serde_json::Value;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The API of one Traefik.
pub struct Api {
    /// Everything before `/api`, without a slash at its end.
    base: String,
    /// The same, as it may be shown.
    shown: String,
    authorization: Option<String>,
    agent: ureq::Agent,
}

/// How long one answer may take; and all that Traefik has loaded.
const PATIENCE: Duration = Duration::from_secs(5);
const LONG: Duration = Duration::from_secs(30);
/// A shorter time than this proves nothing on a busy machine.
const SHORT: Duration = Duration::from_secs(1);
/// How large an answer may be: 100 000 routes take some 100 MB.
const LARGEST: u64 = 1 << 30;

/// Where the API of a Traefik with this static configuration is, seen from its own machine.
pub fn default_url(config: &StaticConfig) -> Option<String> {
    let api = config.api.as_ref().filter(|api| api.insecure)?;
    let entry = config.entry_point(TRAEFIK).filter(|entry| !entry.udp && !entry.tls)?;
    let (host, _) = entry.address.rsplit_once(':')?;
    let port = entry.port?;
    // An address that takes every network takes this machine's own.
    let host = match host {
        "" | "0.0.0.0" | "[::]" => "127.0.0.1",
        host => host,
    };
    Some(format!("http://{host}:{port}{}", api.base_path))
}

impl Api {
    /// The API at a URL, which may end in `/api` or `/dashboard`.
    pub fn at(text: &str) -> Result<Api, Error> {
        let shown = without_credentials(text);
        let url = Url::parse(text).map_err(|what| {
            Error::new(Code::BadValue, format!("{shown:?} is no URL of Traefik's API: {what}"))
                .hint("write http://HOST:PORT, with the path of api.basePath where that is set")
        })?;
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Whoever asks the Traefik of this machine does not mean a proxy.
            .proxy(None)
            .user_agent(concat!("cloudlunacy/", env!("CARGO_PKG_VERSION")));
        if url.is_secure {
            let roots: Vec<_> = trust::system().iter().map(|root| ureq::tls::Certificate::from_der(root)).collect();
            let tls = ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::new_with_certs(&roots))
                .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
            config = config.tls_config(tls.build());
        }
        Ok(Api { base: url.base, shown, authorization: url.authorization, agent: config.build().into() })
    }

    /// Where it is, without credentials.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What stands at a path below `/api/`; nothing where Traefik says that there is no such object.
    fn get(&self, path: &str, within: Duration) -> Result<Option<Value>, Error> {
        let within = within.max(SHORT);
        let mut request = self.agent.get(format!("{}/api/{path}", self.base));
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let asked = request.config().timeout_global(Some(within)).build().call();
        let mut answer = asked.map_err(|error| self.unreachable(&error, within))?;
        let status = answer.status().as_u16();
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = answer.body_mut().with_config().limit(LARGEST).read_to_vec();
        let body = body.map_err(|error| self.unreachable(&error, within))?;
        let value: Option<Value> = serde_json::from_slice(&body).ok();
        match (status, value) {
            (200, Some(value)) => Ok(Some(value)),
            (404, Some(value)) if value["message"].as_str().is_some_and(|said| said.contains("not found")) => Ok(None),
            (200, None) => Err(self.not_the_api(&body)),
            (404, _) => Err(self.error("there is no API of Traefik's here: it answers 404", WHERE)),
            (401 | 403, _) => Err(self.error(
                &format!("it answers {status}, which asks for a user and a password"),
                "write them into the URL, in the environment: CLOUDLUNACY_API=http://USER:PASSWORD@HOST",
            )),
            (300..=399, _) => {
                let to = location.map(|to| format!(" to {:?}", without_credentials(&to))).unwrap_or_default();
                Err(self.error(&format!("it answers with a redirection{to}"), "name the place itself with --api"))
            }
            _ => Err(self.error(&format!("it answers {status}"), WHERE)),
        }
    }

    /// Proves that it is the API of a Traefik with a file provider, and tells its entry points.
    pub fn entry_points(&self) -> Result<Vec<EntryPoint>, Error> {
        let overview = self.get("overview", PATIENCE)?.unwrap_or_default();
        let Some(providers) = overview["providers"].as_array() else {
            return Err(self.error("it answers with JSON, but not as Traefik does", WHERE));
        };
        if !providers.iter().any(|provider| provider == "File") {
            return Err(self.error(
                "the Traefik there reads no files: its static configuration has no providers.file",
                "ask another Traefik with --api, or let this one read the directory",
            ));
        }
        let all = self.get("entrypoints", PATIENCE)?.unwrap_or_default();
        Ok(all.as_array().into_iter().flatten().map(EntryPoint::of).collect())
    }

    /// Everything that Traefik has loaded.
    pub fn all(&self) -> Result<Value, Error> {
        let all = self.get("rawdata", LONG)?.unwrap_or_default();
        match all.is_object() {
            true => Ok(all),
            false => Err(self.error("it answers with JSON, but not as Traefik does", WHERE)),
        }
    }

    fn error(&self, what: &str, hint: &str) -> Error {
        Error::new(Code::ApiFailed, format!("can't ask Traefik's API at {}: {what}", self.shown)).hint(hint)
    }

    fn not_the_api(&self, body: &[u8]) -> Error {
        let begin = body.trim_ascii_start().first();
        self.error(
            match begin {
                None => "the answer is empty",
                Some(b'<') => "it answers with a web page, so it is not the API",
                Some(b'{' | b'[') => "the answer breaks off, or is no JSON",
                Some(_) => "the answer is no JSON, so it is not the API",
            },
            WHERE,
        )
    }

    /// What went wrong on the way.
    fn unreachable(&self, error: &ureq::Error, within: Duration) -> Error {
        let tls = match error {
            ureq::Error::Rustls(error) => Some(error),
            ureq::Error::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref()),
            _ => None,
        };
        if let Some(error) = tls {
            return self.error(
                &format!("TLS fails: {error}"),
                "its certificate must be trusted: by the system, or by SSL_CERT_FILE",
            );
        }
        let io = |error: &std::io::Error| match error.kind() {
            ErrorKind::ConnectionRefused => "the connection is refused".to_owned(),
            ErrorKind::TimedOut | ErrorKind::WouldBlock => format!("no answer within {within:?}"),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => {
                "the connection is closed in the middle".to_owned()
            }
            _ if error.to_string().contains("failed to lookup address") => NO_HOST.to_owned(),
            _ => inner(error),
        };
        let what = match error {
            ureq::Error::Timeout(_) => format!("no answer within {within:?}"),
            ureq::Error::HostNotFound => NO_HOST.to_owned(),
            ureq::Error::Io(error) => io(error),
            ureq::Error::Tls(what) => format!("TLS fails: {what}"),
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => "it does not speak HTTP".to_owned(),
            ureq::Error::BodyExceedsLimit(_) => "the answer is too large".to_owned(),
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => "the URL can't be used".to_owned(),
            ureq::Error::ConnectionFailed => "no connection".to_owned(),
            _ => "the request fails".to_owned(),
        };
        self.error(&what, "is it running, with `api` in its static configuration? --api URL says where")
    }
}

/// Errors within errors say the same again; the innermost knows.
fn inner(error: &std::io::Error) -> String {
    let within = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    match within {
        Some(ureq::Error::Timeout(_)) => "no answer in time".to_owned(),
        Some(ureq::Error::Protocol(_)) => "it does not speak HTTP".to_owned(),
        Some(ureq::Error::BodyExceedsLimit(_)) => "the answer is too large".to_owned(),
        Some(_) => "the connection fails".to_owned(),
        None => error.to_string(),
    }
}

const NO_HOST: &str = "there is no host of that name";
const WHERE: &str = "name the API itself with --api http://HOST:PORT, with the path of api.basePath where that is set";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Format};
    use crate::static_config::Reading;

    #[test]
    fn an_insecure_api_is_found_by_the_static_configuration() {
        let url = |text: &str| {
            let document = Document::parse(Format::Yaml, text.into()).unwrap();
            Reading::of_document(&document).config.as_ref().and_then(default_url)
        };
        assert_eq!(url("api: {insecure: true}\n").as_deref(), Some("http://127.0.0.1:8080"));
        let own = "api: {insecure: true, basePath: /t/}\nentryPoints: {traefik: {address: '10.0.0.1:9000'}}\n";
        assert_eq!(url(own).as_deref(), Some("http://10.0.0.1:9000/t"));
        let every = "api: {insecure: true}\nentryPoints: {traefik: {address: '[::]:9000/tcp'}}\n";
        assert_eq!(url(every).as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(url("api: {}\n"), None);
    }
}
