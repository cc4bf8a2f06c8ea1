use super::*;

fn read(text: &str) -> StaticConfig {
    Reading::of_file(Format::Yaml, text).config.unwrap()
}

#[test]
fn entry_points_resolvers_and_the_provider_are_read() {
    let text = "entryPoints:\n  web: {address: ':80'}\n  secure:\n    address: ':443'\n    http:\n      tls:\n        certResolver: le\n  dns: {address: ':53/UDP'}\nproviders: {File: {directory: /etc/dyn}}\ncertificatesResolvers: {le: {acme: {email: a@b}}}\n";
    let config = read(text);
    assert_eq!(
        config.entry_points.iter().map(|e| (e.name.as_str(), e.udp, e.tls)).collect::<Vec<_>>(),
        [("web", false, false), ("secure", false, true), ("dns", true, false)]
    );
    assert_eq!(config.entry_point("secure").unwrap().cert_resolver.as_deref(), Some("le"));
    assert_eq!((config.directory.as_deref(), config.resolver("le").is_some()), (Some("/etc/dyn"), true));
}

#[test]
fn toml_reads_the_same() {
    let text = "[entryPoints.web]\naddress = \":80\"\n[entryPoints.web.http.tls]\n";
    let config = Reading::of_file(Format::Toml, text).config.unwrap();
    assert!(config.entry_point("web").unwrap().tls);
}
