//! From an agent that joins to a client that reaches it, through the real Traefik.

use crate::support::certs::Ca;
use crate::support::http::Upstream;
use crate::support::mongo::{Client, Security, Server as Mongo};
use crate::support::place::Place;
use crate::support::register::{Server, token};
use crate::support::tls;
use crate::support::traefik::{Options, Traefik};
use crate::support::wait_for;

const APPS: &str = "apps.cloudlunacy.uk";
const DATABASES: &str = "mongodb.cloudlunacy.uk";

/// The front server: Traefik with a certificate for all applications, what an administrator has written, and the server
/// for agents.
struct Front {
    ca: Ca,
    place: Place,
    traefik: Traefik,
    agents: Server,
}

const BY_HAND: &str = "# the dashboard; ask Bob before you touch it
http:
  routers:
    dashboard: {rule: 'Host(`front.cloudlunacy.uk`)', service: dashboard}   # on purpose on one line
  services:
    dashboard: {loadBalancer: {servers: [{url: 'http://127.0.0.1:1'}]}}
";

impl Front {
    fn start(args: &[&str]) -> Front {
        let ca = Ca::new();
        let certificate = ca.leaf(&[&format!("*.{APPS}")]).dynamic();
        let place = Place::with(&[("certificates.yml", &certificate), ("by-hand.yml", BY_HAND)]);
        let options =
            Options::directory(&place.dir()).tcp("web").tcp_with("websecure", "http: {tls: {}}").tcp("mongodb");
        let traefik = Traefik::start(&options);
        let known = traefik.static_file().display().to_string();
        let mut all = vec!["--static", &known, "--app-domain", APPS, "--mongo-domain", DATABASES];
        all.extend(args);
        let agents = Server::start(&place, &all);
        Front { ca, place, traefik, agents }
    }

    /// What an agent's application says to a client that comes by HTTPS, when it is there.
    fn over_https(&self, host: &str) -> Option<String> {
        let client = tls::Client::new(self.traefik.port("websecure"), host).trusting(&self.ca);
        client.get("/").ok().filter(|response| response.status == 200).map(|response| response.body)
    }

    /// Which database answers the official driver, when one does.
    fn database(&self, host: &str, security: Security<'_>) -> Option<String> {
        let mut client = Client::patient(host, self.traefik.port("mongodb"), security, 1500);
        client.round_trip("hello").ok().map(|trip| trip.server)
    }
}

fn leaf(pem: (&str, &str)) -> (tempfile::TempDir, crate::support::certs::Leaf) {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, pem.0).expect("a file");
    std::fs::write(&key, pem.1).expect("a file");
    (folder, crate::support::certs::Leaf { cert, key })
}

#[test]
fn an_agent_joins_is_reached_and_leaves() {
    let front = Front::start(&[]);
    let (app, other_app) = (Upstream::start("shop"), Upstream::start("blog"));
    let database = Mongo::tls("db-7", &front.ca.leaf(&[&format!("web-7.{DATABASES}")]));
    let create = |id: &str| {
        let grant = format!("--host *.{APPS} --host {id}.{DATABASES} --target 127.0.0.0/8");
        token(&front.place, id, &grant)
    };
    let (first, second) = (create("web-7"), create("web-8"));
    let route = |app: &Upstream, name: &str| {
        format!("\"{name}\": {{\"subdomain\": \"{name}\", \"target\": \"{}\"}}", app.url())
    };
    let database_route =
        format!("\"db\": {{\"target\": \"mongodb://{}\", \"tls\": \"passthrough\"}}", database.address());
    let key = front.agents.join(&first, &format!("{{{}, {database_route}}}", route(&app, "shop")));
    let other = front.agents.join(&second, &format!("{{{}}}", route(&other_app, "blog")));

    let said = wait_for("the application by HTTPS", || front.over_https(&format!("shop.{APPS}")));
    assert_eq!(said, "shop /");
    let host = format!("web-7.{DATABASES}");
    let answered = wait_for("the database by SNI", || front.database(&host, Security::Verified(&front.ca)));
    assert_eq!(answered, "db-7");
    wait_for("the other application", || front.over_https(&format!("blog.{APPS}")));

    let others = front.place.read("agent-web-8.yml");
    let gone = front.agents.ask(200, ("DELETE", "/v1/agents/me"), &key, "");
    assert_eq!(gone["outcome"], "removed");
    wait_for("the application to be gone", || front.over_https(&format!("shop.{APPS}")).is_none().then_some(()));
    wait_for("the database to be gone", || {
        front.database(&host, Security::Verified(&front.ca)).is_none().then_some(())
    });
    assert_eq!(front.over_https(&format!("blog.{APPS}")).as_deref(), Some("blog /"));
    assert_eq!((front.place.read("agent-web-8.yml"), front.place.read("by-hand.yml")), (others, BY_HAND.to_owned()));
    front.agents.ask(401, ("GET", "/v1/agents/me"), &key, "");
    front.agents.ask(200, ("GET", "/v1/agents/me"), &other, "");
    assert_eq!(front.traefik.refused(), None);
}

#[test]
fn an_older_agent_is_served_with_a_certificate_of_its_own() {
    let front = Front::start(&["--compat"]);
    let grant = format!("--host *.{APPS} --host srv-1.{DATABASES} --target 127.0.0.0/8 --uses 1");
    let token = token(&front.place, "srv-1", &grant);
    let register =
        format!("{{\"agentId\": \"srv-1\", \"agentKey\": \"{token}\", \"agentName\": \"n\", \"targetIp\": \"\"}}");
    let said = front.agents.send("POST", "/api/agent/register", None, &register);
    let said: serde_json::Value = serde_json::from_str(&said.body).expect("JSON");
    let bearer = said["token"].as_str().expect("a token").to_owned();

    let config = front.agents.ask(200, ("GET", "/api/config/srv-1"), &bearer, "");
    let pem = |name: &str| config["certificates"][name].as_str().expect(name).to_owned();
    assert!(pem("serverKey").starts_with("-----BEGIN PRIVATE KEY-----"));
    let (_folder, own) = leaf((&pem("serverCert"), &pem("serverKey")));
    let database = Mongo::tls("old-db", &own);
    let app = Upstream::start("old-app");
    let route = format!(
        "{{\"agentId\": \"srv-1\", \"targetIp\": \"127.0.0.1\", \"targetPort\": {}, \"useTls\": true}}",
        database.port()
    );
    let said = front.agents.ask(201, ("POST", "/api/mongodb/register"), &bearer, &route);
    assert_eq!(said["domain"], format!("srv-1.{DATABASES}"));
    let route = format!(
        "{{\"agentId\": \"srv-1\", \"subdomain\": \"shop\", \"targetUrl\": \"{}\", \"expectedDomain\": \"shop.{APPS}\", \
         \"options\": {{\"useTls\": true, \"check\": true}}}}",
        app.url()
    );
    let said = front.agents.ask(201, ("POST", "/api/proxy/http"), &bearer, &route);
    assert_eq!(said["domain"], format!("shop.{APPS}"));
    assert_eq!(wait_for("the application", || front.over_https(&format!("shop.{APPS}"))), "old-app /");
    let authority = Ca::known(&pem("caCert"));
    let host = format!("srv-1.{DATABASES}");
    let answered = wait_for("the database", || front.database(&host, Security::Verified(&authority)));
    assert_eq!(answered, "old-db");
    // Nobody else's authority will do.
    assert_eq!(front.database(&host, Security::Verified(&front.ca)), None);
    // The certificate is made once, also for another process of the server.
    let port = front.agents.port;
    let Front { place, traefik, agents, .. } = front;
    assert_eq!(agents.stop(), Some(0));
    let again = Server::start(&place, &["--compat", "--mongo-domain", DATABASES]);
    assert_ne!(again.port, port);
    assert_eq!(again.ask(200, ("GET", "/api/config/srv-1"), &bearer, "")["certificates"], config["certificates"]);
    assert_eq!(traefik.refused(), None);
}
