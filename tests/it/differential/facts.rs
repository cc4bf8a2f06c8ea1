//! What is known of Traefik, each fact a case: which files load, how values are read, what disables an object.

mod files;
mod layers;
mod middlewares;
mod routers;
mod rules;
mod services;
mod tcp_udp;
mod tls;
mod values;

use super::Case;

/// A name, and the text of the one file of a directory.
type Fact = (&'static str, &'static str);

/// Every fact.
pub(crate) fn facts() -> impl Iterator<Item = Case> {
    let tables: [(&str, &[Fact]); 8] = [
        ("values", values::VALUES),
        ("routers", routers::ROUTERS),
        ("services", services::SERVICES),
        ("middlewares", middlewares::MIDDLEWARES),
        ("tcp udp", tcp_udp::TCP_UDP),
        ("tls", tls::TLS),
        ("layers", layers::LAYERS),
        ("texts", files::TEXTS),
    ];
    let one = tables.into_iter().flat_map(|(topic, facts)| {
        facts.iter().map(move |(name, text)| Case::new(format!("{topic}: {name}"), [("a.yml", *text)]))
    });
    let several = files::DIRECTORIES.iter().map(|(name, files)| {
        Case::new(format!("files: {name}"), files.iter().map(|(path, text)| (*path, text.as_bytes())))
    });
    one.chain(several).chain(files::bytes()).chain(rules::rules())
}
