//! Arguments of `route …`.

use super::{ChangeFlags, route_names};
use crate::route::Tls;
use clap::{Args, Subcommand, ValueEnum};

/// What to do with routes. What each command does is said at its arguments, which are its help too.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum RouteCommand {
    Add(Box<Add>),
    Set(Box<Set>),
    #[command(visible_alias = "remove")]
    Rm(Remove),
    Rename(Rename),
    #[command(visible_alias = "ls")]
    List(List),
    Show(Show),
}

impl RouteCommand {
    /// What is said about the change that it makes, if it makes one.
    pub fn flags(&self) -> Option<&ChangeFlags> {
        match self {
            RouteCommand::Add(args) => Some(&args.change),
            RouteCommand::Set(args) => Some(&args.change),
            RouteCommand::Rm(args) => Some(&args.change),
            RouteCommand::Rename(args) => Some(&args.change),
            RouteCommand::List(_) | RouteCommand::Show(_) => None,
        }
    }

    /// Whether the servers that it names are to be tried first.
    pub fn checks_targets(&self) -> bool {
        match self {
            RouteCommand::Add(args) => args.check_target,
            RouteCommand::Set(args) => args.check_target,
            _ => false,
        }
    }
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

impl TlsArg {
    /// TLS of a route.
    pub fn of_route(self) -> Tls {
        match self {
            TlsArg::Off => Tls::Off,
            TlsArg::On => Tls::On,
            TlsArg::Passthrough => Tls::Passthrough,
        }
    }
}

/// Add a router and its service
///
/// The scheme of the targets says what the route is: http, https, h2c make an HTTP route; mongodb, postgres, redis, tls, tcp a TCP route chosen by the TLS server name (SNI) that the client asks for; mysql, and any of them with HOST `*`, a TCP route that takes an entry point as a whole; udp, with HOST `*`, a UDP route. Several targets share the load.
///
/// A route that is there already, as asked for, is `unchanged`; flags that are left out are not compared. So the same `add` can run again and again. A different route of that name, or for that host and path, is refused; --replace changes it. What is left out gets defaults, and the result says which; `cloudlunacy --help` lists them.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy route add app.example.com http://10.0.0.5:3000 http://10.0.0.6:3000
  cloudlunacy route add app.example.com/api http://10.0.0.7:8080 \\
      --entry-point websecure --cert-resolver le
  cloudlunacy route add db.example.com mongodb://10.0.0.6:27017
  cloudlunacy route add '*' mysql://10.0.0.8 --entry-point mysql --name mysql
  cloudlunacy route add '*' udp://10.0.0.9:53 --entry-point dns --name dns")]
pub struct Add {
    /// The host that clients ask for, and the path, where only that is meant; `*` is every host
    #[arg(value_name = "HOST[/PATH]")]
    pub host: String,
    /// Where requests go: SCHEME://HOST[:PORT]; several share the load
    #[arg(value_name = "TARGET", required = true)]
    pub targets: Vec<String>,
    /// The route's name [default: the host, with the path, `~` for each `/`]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub fields: Fields,
    /// One more host of this route; once for each
    #[arg(long = "host", value_name = "MORE")]
    pub hosts: Vec<String>,
    /// The file, below the directory, that gets the route [default: routes.yml]
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// Where the route is there already, change it to this; what is not named stays
    #[arg(long)]
    pub replace: bool,
    /// Try each new target first (TCP, TLS, an HTTP request, MongoDB's hello); where one does not answer, change nothing
    #[arg(long)]
    pub check_target: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Traefik keeps the priorities above for itself, and disables routers that have one.
const HIGHEST: i64 = i64::MAX - 1000;

/// The fields of a route that both `add` and `set` take.
#[derive(Args, Clone, Debug, Default)]
pub struct Fields {
    /// An entry point that the route listens on; once for each
    #[arg(long = "entry-point", value_name = "EP")]
    pub entry_points: Vec<String>,
    /// off; on: Traefik ends TLS; passthrough: the server does (TCP only)
    #[arg(long, value_enum, value_name = "off|on|passthrough", hide_possible_values = true)]
    pub tls: Option<TlsArg>,
    /// The certificate resolver that gets the certificate; implies --tls on
    #[arg(long, value_name = "NAME")]
    pub cert_resolver: Option<String>,
    /// A middleware, NAME or NAME@PROVIDER; once for each, in the order in which they act
    #[arg(long = "middleware", value_name = "M")]
    pub middlewares: Vec<String>,
    /// The priority over other routers [default: the length of the rule]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(i64).range(..=HIGHEST))]
    pub priority: Option<i64>,
    /// The rule, in Traefik's own words, in place of the one made from the hosts
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
}

/// Change a route; what is not named stays as it is
///
/// A list flag replaces its list; --add-… and --remove-… edit it; --no-… deletes it. Comments and everything else in the entry stay. Targets of a service that others use too are not changed.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy route set app.example.com http://10.0.0.9:3000
  cloudlunacy route set app.example.com --add-target http://10.0.0.10:3000
  cloudlunacy route set app.example.com --add-host www.example.com
  cloudlunacy route set app.example.com --no-priority --tls off")]
pub struct Set {
    /// The route: its name, or a host that it alone answers for
    #[arg(value_name = "NAME|HOST", add = route_names())]
    pub route: String,
    /// The targets, in place of the present ones
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
    /// A host, in place of the present ones; once for each
    #[arg(long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,
    /// The file, below the directory, to move the route into
    #[arg(long, value_name = "FILE")]
    pub file: Option<String>,
    /// Try each new target first (TCP, TLS, an HTTP request, MongoDB's hello); where one does not answer, change nothing
    #[arg(long)]
    pub check_target: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Flags that edit or delete fields.
#[derive(Args, Clone, Debug, Default)]
pub struct ListFields {
    /// Add a target
    #[arg(long = "add-target", value_name = "TARGET")]
    pub add_targets: Vec<String>,
    /// Take a target out
    #[arg(long = "remove-target", value_name = "TARGET")]
    pub remove_targets: Vec<String>,
    /// Add a host
    #[arg(long = "add-host", value_name = "HOST")]
    pub add_hosts: Vec<String>,
    /// Take a host out
    #[arg(long = "remove-host", value_name = "HOST")]
    pub remove_hosts: Vec<String>,
    /// Add an entry point
    #[arg(long = "add-entry-point", value_name = "EP")]
    pub add_entry_points: Vec<String>,
    /// Take an entry point out
    #[arg(long = "remove-entry-point", value_name = "EP")]
    pub remove_entry_points: Vec<String>,
    /// Name no entry points, which means Traefik's default ones
    #[arg(long = "no-entry-point", conflicts_with_all = ["entry_points", "add_entry_points"])]
    pub no_entry_points: bool,
    /// Add a middleware, which acts last
    #[arg(long = "add-middleware", value_name = "M")]
    pub add_middlewares: Vec<String>,
    /// Take a middleware out
    #[arg(long = "remove-middleware", value_name = "M")]
    pub remove_middlewares: Vec<String>,
    /// Take all middlewares out
    #[arg(long = "no-middleware", conflicts_with_all = ["middlewares", "add_middlewares"])]
    pub no_middlewares: bool,
    /// The same as --tls off
    #[arg(long, conflicts_with = "tls")]
    pub no_tls: bool,
    /// Take the certificate resolver out
    #[arg(long, conflicts_with = "cert_resolver")]
    pub no_cert_resolver: bool,
    /// Take the priority out, which leaves the length of the rule
    #[arg(long, conflicts_with = "priority")]
    pub no_priority: bool,
}

/// Remove routes, each with its service when nothing else uses it
///
/// All of them go, or none: where one is not there, nothing is removed. Sections that are left empty go too, because Traefik refuses them, and so does a file that `route add` created.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy route rm app.example.com
  cloudlunacy route rm app.example.com db.example.com --ignore-missing")]
pub struct Remove {
    /// The routes: names, or hosts that one route alone answers for
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
#[command(before_help = "\
Examples:
  cloudlunacy route rename app.example.com app")]
pub struct Rename {
    /// The route: its name, or a host that it alone answers for
    #[arg(value_name = "NAME|HOST", add = route_names())]
    pub route: String,
    /// Its new name
    #[arg(value_name = "NEW")]
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// List routes, in the order in which Traefik loads them
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy route list
  cloudlunacy route list --host '*.example.com'
  cloudlunacy route list --kind tcp -o json")]
pub struct List {
    /// Only the routes of this agent
    #[arg(long, value_name = "A")]
    pub agent: Option<String>,
    /// Only routes with a host that this pattern fits; * and ? stand for any text and any character
    #[arg(long, value_name = "GLOB")]
    pub host: Option<String>,
    /// Only routes of this kind
    #[arg(long, value_name = "http|tcp|udp", value_parser = crate::cli::route::kind)]
    pub kind: Option<crate::name::Kind>,
}

pub(super) fn kind(text: &str) -> Result<crate::name::Kind, crate::name::BadName> {
    text.parse()
}

/// Show one route: what it is, where each part of it stands, and its source
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy route show app.example.com
  cloudlunacy route show db.example.com -o yaml")]
pub struct Show {
    /// The route: its name, or a host that it alone answers for
    #[arg(value_name = "NAME|HOST", add = route_names())]
    pub route: String,
}
