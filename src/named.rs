//! Files that the dynamic configuration names: certificates and their keys, authorities, users. Which they are, where
//! they are named, and what became of reading them.

use crate::certificate::{self, Certificate};
use crate::document::{Document, Ref};
use crate::finding::Location;
use crate::inventory::File;
use crate::schema::value;
use crate::surroundings::{Named, Surroundings};
use std::borrow::Cow;

/// A file, or PEM text in its place.
#[derive(Clone, Debug)]
pub struct NamedFile<'a> {
    /// As it is written.
    pub value: Cow<'a, str>,
    /// Where.
    pub at: Location,
    /// The path of keys there.
    pub path: String,
    /// Whether what it holds must stay secret.
    pub secret: bool,
    /// Whether what names it works, somehow, without it.
    pub is_optional: bool,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Served to clients by its names (`tls.certificates`).
    Served,
    /// Served where no other fits (`tls.stores.default.defaultCertificate`).
    Default,
    /// Shown to servers (`serversTransports`).
    Client,
    /// Shown to an authentication server (`forwardAuth`), whose middleware does not work without it.
    Auth,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// What for.
    pub purpose: Purpose,
    /// Where both stand.
    pub at: Location,
    /// The path of keys there.
    pub path: String,
    /// The certificate, with those of its issuers.
    pub certificate: Option<NamedFile<'a>>,
    /// The private key.
    pub key: Option<NamedFile<'a>>,
    /// `stores`, as it is written.
    pub stores: &'a str,
}

/// The bytes of a file or text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Material<'s> {
    /// Known.
    Bytes(&'s [u8]),
    /// There is no such file, so that Traefik takes the path itself for the content.
    Missing,
    /// It can't be read; why.
    Unreadable(&'s str),
    /// It lies where it can't be seen from here.
    Unknown,
}

impl<'a> NamedFile<'a> {
    /// Whether the value is not a path but the content itself.
    pub fn is_inline(&self) -> bool {
        is_inline(&self.value)
    }

    /// Whether it depends on the directory in which Traefik was started.
    pub fn is_relative(&self) -> bool {
        !self.is_inline() && !self.value.starts_with('/')
    }

    /// What it holds.
    pub fn material<'s>(&'s self, surroundings: &'s Surroundings) -> Material<'s> {
        if self.is_inline() || self.value.is_empty() {
            return Material::Bytes(self.value.as_bytes());
        }
        match surroundings.named.get(&*self.value) {
            Some(Named::Read { bytes, .. }) => Material::Bytes(bytes),
            Some(Named::Missing) => Material::Missing,
            Some(Named::Unreadable(why)) => Material::Unreadable(why),
            Some(Named::Unmapped) | None => Material::Unknown,
        }
    }
}

/// Whether a value is PEM text, and not a path.
pub fn is_inline(value: &str) -> bool {
    value.contains("-----BEGIN")
}

impl<'a> Pair<'a> {
    /// The certificate and the key, where they are named.
    pub fn files(&self) -> impl Iterator<Item = &NamedFile<'a>> {
        self.certificate.iter().chain(&self.key)
    }

    /// The bytes of both, where they are known. What is not named is empty.
    pub fn bytes<'s>(&'s self, surroundings: &'s Surroundings) -> Option<(&'s [u8], &'s [u8])> {
        let bytes = |file: &'s Option<NamedFile<'a>>| match file.as_ref().map(|f| f.material(surroundings)) {
            None => Some(&[][..]),
            Some(Material::Bytes(bytes)) => Some(bytes),
            Some(_) => None,
        };
        Some((bytes(&self.certificate)?, bytes(&self.key)?))
    }

    /// What Go makes of both, where they are known.
    pub fn parsed(&self, surroundings: &Surroundings) -> Option<Result<Certificate, String>> {
        let (certificate, key) = self.bytes(surroundings)?;
        Some(certificate::pair(certificate, key))
    }
}

/// Every certificate with its key, in load order.
pub fn pairs<'a>(files: &[&'a File]) -> Vec<Pair<'a>> {
    let mut all = Vec::new();
    for (file, root) in roots(files) {
        let walk = Walk { file };
        if let Some(tls) = value::field(root, "tls") {
            walk.list(tls, Purpose::Served, "tls", &mut all);
            for store in below(tls, "stores") {
                if let Some(pair) = value::field(store.value, "defaultCertificate") {
                    let path = format!("tls.stores.{}.defaultCertificate", store.name);
                    all.push(walk.pair(pair, ["certFile", "keyFile"], Purpose::Default, path));
                }
            }
        }
        for (path, tls) in transports(root) {
            walk.list(tls, Purpose::Client, &path, &mut all);
        }
    }
    for (file, name, kind, middleware) in middlewares(files) {
        if let Some(tls) = value::field(middleware, "tls").filter(|_| kind == "forwardAuth") {
            let path = format!("http.middlewares.{name}.forwardAuth.tls");
            all.push(Walk { file }.pair(tls, ["cert", "key"], Purpose::Auth, path));
        }
    }
    all
}

/// Everything else that is named: authorities and users.
pub fn others<'a>(files: &[&'a File]) -> Vec<NamedFile<'a>> {
    let mut all = Vec::new();
    for (file, root) in roots(files) {
        let walk = Walk { file };
        for options in value::field(root, "tls").into_iter().flat_map(|tls| below(tls, "options")) {
            if let Some(list) = value::field(options.value, "clientAuth").and_then(|auth| value::field(auth, "caFiles"))
            {
                let path = format!("tls.options.{}.clientAuth.caFiles", options.name);
                all.extend(walk.texts(list, path, false));
            }
        }
        for (path, tls) in transports(root) {
            if let Some(list) = value::field(tls, "rootCAs") {
                all.extend(walk.texts(list, format!("{path}.rootCAs"), true));
            }
        }
    }
    for (file, name, kind, middleware) in middlewares(files) {
        let walk = Walk { file };
        all.extend(match kind {
            "forwardAuth" => value::field(middleware, "tls")
                .and_then(|tls| walk.file(tls, "ca", || format!("http.middlewares.{name}.forwardAuth.tls.ca"), false)),
            _ => walk.file(middleware, "usersFile", || format!("http.middlewares.{name}.{kind}.usersFile"), true),
        });
    }
    all
}

fn roots<'a>(files: &[&'a File]) -> impl Iterator<Item = (usize, Ref<'a>)> {
    files.iter().enumerate().filter_map(|(at, file)| Some((at, file.document().and_then(Document::root)?)))
}

fn below<'a>(node: Ref<'a>, section: &str) -> Vec<value::Entry<'a>> {
    value::field(node, section).map(value::entries).unwrap_or_default()
}

/// Middlewares that can name files: the file, the name, the kind, and what stands below that.
fn middlewares<'a>(files: &[&'a File]) -> impl Iterator<Item = (usize, Cow<'a, str>, &'static str, Ref<'a>)> {
    const KINDS: [&str; 3] = ["basicAuth", "digestAuth", "forwardAuth"];
    let sections = roots(files).filter_map(|(file, root)| Some((file, value::field(root, "http")?)));
    let all = sections.flat_map(|(file, http)| below(http, "middlewares").into_iter().map(move |entry| (file, entry)));
    all.filter_map(|(file, entry)| {
        let (key, inner) = entry.value.entries().next()?;
        let kind = KINDS.into_iter().find(|kind| key.text().is_some_and(|text| text.eq_ignore_ascii_case(kind)))?;
        Some((file, entry.name, kind, inner.resolved()))
    })
}

/// The TLS settings of servers transports, with their paths.
fn transports<'a>(root: Ref<'a>) -> impl Iterator<Item = (String, Ref<'a>)> {
    ["http", "tcp"].into_iter().flat_map(move |protocol| {
        let section = value::field(root, protocol);
        let all = section.map(|section| below(section, "serversTransports")).unwrap_or_default();
        all.into_iter().filter_map(move |transport| match protocol {
            "tcp" => {
                Some((format!("tcp.serversTransports.{}.tls", transport.name), value::field(transport.value, "tls")?))
            }
            _ => Some((format!("http.serversTransports.{}", transport.name), transport.value)),
        })
    })
}

/// Makes locations in one file.
#[derive(Clone, Copy)]
struct Walk {
    file: usize,
}

impl Walk {
    /// The certificates below a node.
    fn list<'a>(self, node: Ref<'a>, purpose: Purpose, path: &str, all: &mut Vec<Pair<'a>>) {
        let items = value::field(node, "certificates").map(value::structs).unwrap_or_default();
        for (at, item) in items.into_iter().enumerate() {
            all.push(self.pair(item, ["certFile", "keyFile"], purpose, format!("{path}.certificates[{at}]")));
        }
    }

    fn pair<'a>(self, node: Ref<'a>, fields: [&str; 2], purpose: Purpose, path: String) -> Pair<'a> {
        let [certificate, key] = fields;
        Pair {
            purpose,
            at: Location::of(self.file, node.span()),
            certificate: self.file(node, certificate, || format!("{path}.{certificate}"), false),
            key: self.file(node, key, || format!("{path}.{key}"), true),
            stores: value::field(node, "stores").map_or("", Ref::raw),
            path,
        }
    }

    /// The file that a field names.
    fn file<'a>(self, node: Ref<'a>, name: &str, path: impl Fn() -> String, secret: bool) -> Option<NamedFile<'a>> {
        let node = value::field(node, name)?;
        let value = value::text(node).filter(|value| !value.is_empty())?;
        Some(NamedFile { value, at: Location::of(self.file, node.span()), path: path(), secret, is_optional: false })
    }

    /// The files in a list.
    fn texts<'a>(self, node: Ref<'a>, path: String, is_optional: bool) -> impl Iterator<Item = NamedFile<'a>> {
        let items = value::list(node).into_iter().enumerate();
        items.map(move |(number, item)| {
            let at = Location::of(self.file, item.span);
            NamedFile { value: item.text, at, path: format!("{path}[{number}]"), secret: false, is_optional }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;
    use crate::inventory::Content;

    #[test]
    fn every_file_that_is_named_is_found_with_its_path_and_its_bytes() {
        let source = "\
tls:
  certificates:
    - {certFile: a.pem, keyFile: a.key, stores: [default]}
    - not a certificate
  stores: {default: {defaultCertificate: {CertFile: b.pem, keyFile: b.key}}}
  options: {strict: {clientAuth: {caFiles: 'c.pem, d.pem'}}}
http:
  serversTransports: {t: {rootCAs: [e.pem], certificates: [{certFile: f.pem, keyFile: f.key}]}}
  middlewares:
    basic: {basicAuth: {usersFile: g}}
    digest: {DigestAuth: {usersFile: h}}
    forward: {forwardAuth: {address: x, tls: {ca: i.pem, cert: j.pem, key: j.key}}}
    none: {addPrefix: {prefix: /usersFile}}
tcp:
  serversTransports: {t: {tls: {rootCAs: k.pem, certificates: [{certFile: l.pem, keyFile: null}]}}}
";
        let document = Document::parse(Format::Yaml, source.into()).unwrap();
        let file = File { path: "a.yml".into(), content: Content::Parsed(document) };
        let (pairs, others) = (pairs(&[&file]), others(&[&file]));
        let files: Vec<&NamedFile<'_>> = pairs.iter().flat_map(Pair::files).chain(&others).collect();
        let found: Vec<_> = files.iter().map(|f| (&*f.value, &*f.path, f.secret)).collect();
        assert_eq!(
            found,
            [
                ("a.pem", "tls.certificates[0].certFile", false),
                ("a.key", "tls.certificates[0].keyFile", true),
                ("b.pem", "tls.stores.default.defaultCertificate.certFile", false),
                ("b.key", "tls.stores.default.defaultCertificate.keyFile", true),
                ("f.pem", "http.serversTransports.t.certificates[0].certFile", false),
                ("f.key", "http.serversTransports.t.certificates[0].keyFile", true),
                ("l.pem", "tcp.serversTransports.t.tls.certificates[0].certFile", false),
                ("j.pem", "http.middlewares.forward.forwardAuth.tls.cert", false),
                ("j.key", "http.middlewares.forward.forwardAuth.tls.key", true),
                ("c.pem", "tls.options.strict.clientAuth.caFiles[0]", false),
                ("d.pem", "tls.options.strict.clientAuth.caFiles[1]", false),
                ("e.pem", "http.serversTransports.t.rootCAs[0]", false),
                ("k.pem", "tcp.serversTransports.t.tls.rootCAs[0]", false),
                ("g", "http.middlewares.basic.basicAuth.usersFile", true),
                ("h", "http.middlewares.digest.digestAuth.usersFile", true),
                ("i.pem", "http.middlewares.forward.forwardAuth.tls.ca", false),
            ]
        );
        assert!(files.iter().all(|f| source[f.at.span.range()].contains(&*f.value)));
        assert_eq!(pairs[0].stores, "[default]");
    }

    #[test]
    fn text_in_the_place_of_a_path_is_told_from_one() {
        let file = |value: &'static str| NamedFile {
            value: value.into(),
            at: Location::file(0),
            path: String::new(),
            secret: true,
            is_optional: false,
        };
        assert!(
            file("-----BEGIN CERTIFICATE-----\n").is_inline() && !file("-----BEGIN CERTIFICATE-----").is_relative()
        );
        assert!(file("certs/a.pem").is_relative() && !file("/certs/a.pem").is_relative());
    }
}
