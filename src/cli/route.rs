//! Arguments of `route …`.

use super::{ChangeFlags, route_names};
use clap::{Args, Subcommand, ValueEnum};

/// What to do with routes.
#[derive(Debug, Subcommand)]
pub enum RouteCommand {
    /// Add a router and its service
    Add(Box<Add>),
    /// Change a route; what is not named stays as it is
    Set(Box<Set>),
    /// Remove routes, each with its service when nothing else uses it
    #[command(visible_alias = "remove")]
    Rm(Remove),
    /// Give a route another name
    Rename(Rename),
    /// List routes
    #[command(visible_alias = "ls")]
    List(List),
    /// Show one route and where each part of it stands
    Show(Show),
}

/// `--tls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsArg {
    /// No TLS
    Off,
    /// Traefik ends TLS
    On,
    /// The server ends TLS (TCP only)
    Passthrough,
}

/// Add a router and its service
///
/// The scheme of the targets says what the route is: http, https, h2c make an HTTP route; mongodb, postgres, redis, tls, tcp a TCP route chosen by the TLS server name (SNI) that the client asks for; mysql, and any of them with HOST `*`, a TCP route that takes an entry point as a whole; udp, with HOST `*`, a UDP route. Several targets share the load.
///
/// What is already there is `unchanged`. Only what is named is compared: a second `add` is safe in a script.
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy route add app.example.com http://10.0.0.5:3000 http://10.0.0.6:3000\n  cloudlunacy route add app.example.com/api http://10.0.0.7:8080 --entry-point websecure --cert-resolver le\n  cloudlunacy route add db.example.com mongodb://10.0.0.6:27017\n  cloudlunacy route add '*' mysql://10.0.0.8:3306 --entry-point mysql --name mysql\n  cloudlunacy route add '*' udp://10.0.0.9:53 --entry-point dns --name dns"
)]
pub struct Add {
    /// The host that clients ask for, with a path if only that is meant; `*` for every host
    #[arg(value_name = "HOST[/PATH]")]
    pub host: String,
    /// Where the requests go: SCHEME://HOST[:PORT]
    #[arg(value_name = "TARGET", required = true)]
    pub targets: Vec<String>,
    /// The route's name [default: the host, and the path with `~` for each `/`]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub fields: Fields,
    /// Another host of the same route
    #[arg(long = "host", value_name = "MORE")]
    pub hosts: Vec<String>,
    /// The file in the directory that gets the route [default: routes.yml]
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// Change the route if it is there already; fields that are not named stay
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Traefik keeps the priorities above for itself, and disables routers that have one.
const HIGHEST: i64 = i64::MAX - 1000;

/// The fields of a route that both `add` and `set` take.
#[derive(Args, Clone, Debug, Default)]
pub struct Fields {
    /// An entry point that the route listens on
    #[arg(long = "entry-point", value_name = "EP")]
    pub entry_points: Vec<String>,
    /// Whether TLS is used, and who ends it
    #[arg(long, value_enum, value_name = "off|on|passthrough", hide_possible_values = true)]
    pub tls: Option<TlsArg>,
    /// The certificate resolver that gets the certificate
    #[arg(long, value_name = "NAME")]
    pub cert_resolver: Option<String>,
    /// A middleware, in the order in which they act
    #[arg(long = "middleware", value_name = "M")]
    pub middlewares: Vec<String>,
    /// The priority over other routers; the default is the length of the rule
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(i64).range(..=HIGHEST))]
    pub priority: Option<i64>,
    /// The rule, in Traefik's words, in place of the one made from HOST
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
}

/// Change a route; what is not named stays as it is
///
/// A list flag replaces its list; --add-… and --remove-… edit it; --no-… deletes it.
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy route set app.example.com http://10.0.0.9:3000\n  cloudlunacy route set app.example.com --add-host www.example.com --add-middleware auth\n  cloudlunacy route set app.example.com --no-priority --tls off"
)]
pub struct Set {
    /// The route
    #[arg(value_name = "NAME|HOST", add = route_names())]
    pub route: String,
    /// The targets, in place of those that are there
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Another name for the route
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub fields: Fields,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub lists: ListFields,
    /// The hosts, in place of those that are there
    #[arg(long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,
    /// The file in the directory that the route is to stand in
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Flags that edit or delete fields.
#[derive(Args, Clone, Debug, Default)]
pub struct ListFields {
    /// Another target
    #[arg(long = "add-target", value_name = "TARGET")]
    pub add_targets: Vec<String>,
    /// A target less
    #[arg(long = "remove-target", value_name = "TARGET")]
    pub remove_targets: Vec<String>,
    /// Another host
    #[arg(long = "add-host", value_name = "HOST")]
    pub add_hosts: Vec<String>,
    /// A host less
    #[arg(long = "remove-host", value_name = "HOST")]
    pub remove_hosts: Vec<String>,
    /// Another entry point
    #[arg(long = "add-entry-point", value_name = "EP")]
    pub add_entry_points: Vec<String>,
    /// An entry point less
    #[arg(long = "remove-entry-point", value_name = "EP")]
    pub remove_entry_points: Vec<String>,
    /// No entry points: Traefik's default ones
    #[arg(long = "no-entry-point", conflicts_with_all = ["entry_points", "add_entry_points"])]
    pub no_entry_points: bool,
    /// Another middleware, after those that are there
    #[arg(long = "add-middleware", value_name = "M")]
    pub add_middlewares: Vec<String>,
    /// A middleware less
    #[arg(long = "remove-middleware", value_name = "M")]
    pub remove_middlewares: Vec<String>,
    /// No middlewares
    #[arg(long = "no-middleware", conflicts_with_all = ["middlewares", "add_middlewares"])]
    pub no_middlewares: bool,
    /// No TLS, as --tls off
    #[arg(long, conflicts_with = "tls")]
    pub no_tls: bool,
    /// No certificate resolver
    #[arg(long, conflicts_with = "cert_resolver")]
    pub no_cert_resolver: bool,
    /// No priority: the length of the rule
    #[arg(long, conflicts_with = "priority")]
    pub no_priority: bool,
}

/// Remove routes, each with its service when nothing else uses it
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy route rm app.example.com\n  cloudlunacy route rm app.example.com db.example.com --ignore-missing"
)]
pub struct Remove {
    /// The routes
    #[arg(value_name = "NAME|HOST", required = true, add = route_names())]
    pub routes: Vec<String>,
    /// A route that is not there is no error
    #[arg(long)]
    pub ignore_missing: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Give a route another name
///
/// Its service gets the new name too, where it has the old one and no other user.
#[derive(Args, Debug)]
#[command(before_help = "Examples:\n  cloudlunacy route rename app.example.com app")]
pub struct Rename {
    /// The route
    #[arg(value_name = "NAME|HOST", add = route_names())]
    pub route: String,
    /// Its new name
    #[arg(value_name = "NEW")]
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// List routes
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy route list --host '*.example.com'\n  cloudlunacy route list --kind tcp -o json\n  cloudlunacy route list -o name"
)]
pub struct List {
    /// Only the routes of this agent
    #[arg(long, value_name = "A")]
    pub agent: Option<String>,
    /// Only routes with a host that this pattern matches, with * and ?
    #[arg(long, value_name = "GLOB")]
    pub host: Option<String>,
    /// Only routes of this kind
    #[arg(long, value_name = "http|tcp|udp", value_parser = crate::cli::route::kind)]
    pub kind: Option<crate::name::Kind>,
}

pub(super) fn kind(text: &str) -> Result<crate::name::Kind, crate::name::BadName> {
    text.parse()
}

/// Show one route and where each part of it stands
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy route show app.example.com\n  cloudlunacy route show db.example.com -o yaml"
)]
pub struct Show {
    /// The route
    #[arg(value_name = "NAME|HOST", add = route_names())]
    pub route: String,
}
