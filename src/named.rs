//! Files that the dynamic configuration names: certificates and their keys, authorities, users. Which they are, where
//! they are named, and what became of reading them.

use crate::certificate::{self, Certificate};
use crate::document::{Document, Kind as NodeKind, Ref};
use crate::finding::Location;
use crate::inventory::File;
use crate::surroundings::{Named, Surroundings};

/// A file, or PEM text in its place.
#[derive(Clone, Debug)]
pub struct NamedFile<'a> {
    /// As it is written.
    pub value: &'a str,
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
        is_inline(self.value)
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
        match surroundings.named.get(self.value) {
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
        if let Some(tls) = root.field("tls") {
            walk.list(tls.field("certificates"), Purpose::Served, "tls.certificates", &mut all);
            for (name, store) in entries(tls.field("stores")) {
                if let Some(pair) = store.field("defaultCertificate") {
                    let path = format!("tls.stores.{name}.defaultCertificate");
                    all.push(walk.pair(pair, ["certFile", "keyFile"], Purpose::Default, path));
                }
            }
        }
        for protocol in ["http", "tcp"] {
            for (name, tls) in transports(root, protocol) {
                let path = format!("{protocol}.serversTransports.{name}.certificates");
                walk.list(tls.field("certificates"), Purpose::Client, &path, &mut all);
            }
        }
    }
    for (file, name, kind, value) in middlewares(files) {
        if let Some(tls) = value.field("tls").filter(|_| kind == "forwardAuth") {
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
        for (name, options) in entries(root.field("tls").and_then(|tls| tls.field("options"))) {
            let path = format!("tls.options.{name}.clientAuth.caFiles");
            walk.texts(options.field("clientAuth").and_then(|auth| auth.field("caFiles")), &path, false, &mut all);
        }
        for protocol in ["http", "tcp"] {
            for (name, tls) in transports(root, protocol) {
                let path = format!("{protocol}.serversTransports.{name}.rootCAs");
                walk.texts(tls.field("rootCAs"), &path, true, &mut all);
            }
        }
    }
    for (file, name, kind, value) in middlewares(files) {
        let walk = Walk { file };
        let found = match kind {
            "forwardAuth" => value.field("tls").and_then(|tls| {
                walk.file(tls.field("ca"), || format!("http.middlewares.{name}.forwardAuth.tls.ca"), false)
            }),
            _ => walk.file(value.field("usersFile"), || format!("http.middlewares.{name}.{kind}.usersFile"), true),
        };
        all.extend(found);
    }
    all
}

fn roots<'a>(files: &[&'a File]) -> impl Iterator<Item = (usize, Ref<'a>)> {
    files.iter().enumerate().filter_map(|(at, file)| Some((at, file.document().and_then(Document::root)?)))
}

/// Middlewares that can name files.
fn middlewares<'a>(files: &[&'a File]) -> impl Iterator<Item = (usize, &'a str, &'static str, Ref<'a>)> {
    const KINDS: [&str; 3] = ["basicAuth", "digestAuth", "forwardAuth"];
    let sections = roots(files).filter_map(|(file, root)| Some((file, root.field("http")?.field("middlewares")?)));
    sections
        .flat_map(|(file, section)| entries(Some(section)).into_iter().map(move |(name, value)| (file, name, value)))
        .filter_map(|(file, name, middleware)| {
            let (key, value) = middleware.entries().next()?;
            let kind = KINDS.into_iter().find(|kind| key.text().is_some_and(|text| text.eq_ignore_ascii_case(kind)))?;
            Some((file, name, kind, value.resolved()))
        })
}

/// The TLS settings of the servers transports of one protocol.
fn transports<'a>(root: Ref<'a>, protocol: &'static str) -> impl Iterator<Item = (&'a str, Ref<'a>)> {
    let section = root.field(protocol).and_then(|p| p.field("serversTransports"));
    entries(section).into_iter().filter_map(move |(name, transport)| match protocol {
        "tcp" => Some((name, transport.field("tls")?)),
        _ => Some((name, transport)),
    })
}

fn entries<'a>(section: Option<Ref<'a>>) -> Vec<(&'a str, Ref<'a>)> {
    let fields = section.map(Ref::fields).unwrap_or_default();
    fields.into_iter().filter_map(|(key, value)| Some((key.resolved().text()?, value))).collect()
}

/// Makes locations in one file.
#[derive(Clone, Copy)]
struct Walk {
    file: usize,
}

impl Walk {
    /// A list of certificates, or one that stands alone.
    fn list<'a>(self, node: Option<Ref<'a>>, purpose: Purpose, path: &str, all: &mut Vec<Pair<'a>>) {
        let Some(node) = node else { return };
        let one = (node.kind() == NodeKind::Map).then_some(node);
        for (at, item) in node.items().map(Ref::resolved).chain(one).enumerate() {
            if item.kind() == NodeKind::Map {
                all.push(self.pair(item, ["certFile", "keyFile"], purpose, format!("{path}[{at}]")));
            }
        }
    }

    fn pair<'a>(self, node: Ref<'a>, fields: [&str; 2], purpose: Purpose, path: String) -> Pair<'a> {
        let [certificate, key] = fields;
        Pair {
            purpose,
            at: Location::of(self.file, node.span()),
            certificate: self.file(node.field(certificate), || format!("{path}.{certificate}"), false),
            key: self.file(node.field(key), || format!("{path}.{key}"), true),
            stores: node.field("stores").map_or("", Ref::raw),
            path,
        }
    }

    fn file<'a>(self, node: Option<Ref<'a>>, path: impl Fn() -> String, secret: bool) -> Option<NamedFile<'a>> {
        let node = node.filter(|node| !node.is_null())?;
        let value = node.text().filter(|value| !value.is_empty())?;
        Some(NamedFile { value, at: Location::of(self.file, node.span()), path: path(), secret, is_optional: false })
    }

    /// A list of files, or one text split at commas.
    fn texts<'a>(self, node: Option<Ref<'a>>, path: &str, is_optional: bool, all: &mut Vec<NamedFile<'a>>) {
        let Some(node) = node else { return };
        let mut add = |at: usize, node: Ref<'a>, value: &'a str| {
            if !value.is_empty() {
                let at = (Location::of(self.file, node.span()), format!("{path}[{at}]"));
                all.push(NamedFile { value, at: at.0, path: at.1, secret: false, is_optional });
            }
        };
        match node.kind() {
            NodeKind::Seq => {
                let items = node.items().map(Ref::resolved).enumerate();
                items.for_each(|(at, item)| add(at, item, item.text().unwrap_or_default().trim()));
            }
            _ if node.is_null() => {}
            _ => node.text().unwrap_or_default().split(',').enumerate().for_each(|(at, v)| add(at, node, v.trim())),
        }
    }
}
