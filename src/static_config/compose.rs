//! The service of a compose file that runs Traefik: its command line, environment and mounts.

use super::launch::Launch;
use super::paths::{Mount, PathMap};
use super::words::{self, Lookup, interpolate};
use crate::document::{Document, Ref, Span};
use std::path::{Path, PathBuf};

/// Whether a document is a compose file.
pub fn is_compose(document: &Document) -> bool {
    let Some(root) = document.root() else { return false };
    let has = |name: &str| root.field(name).is_some();
    has("services") && !has("entryPoints") && !has("providers") && !has("http")
}

/// Reads the service of this name, else the one that runs Traefik. Relative paths are below `folder`.
pub fn read_compose(
    document: &Document,
    service: Option<&str>,
    folder: &Path,
    lookup: Lookup<'_>,
) -> Result<Launch, String> {
    let root = document.root();
    let Some(services) = root.and_then(|r| r.field("services")) else {
        return Err("this compose file has no services".into());
    };
    let service = find(services, service, lookup)?;
    let mut words = Vec::new();
    for node in ["entrypoint", "command"].iter().filter_map(|field| service.field(field)) {
        words.extend(words::of(node, lookup));
    }
    // What comes before the first flag is the program.
    let first = words.iter().position(|word| word.text.starts_with('-')).unwrap_or(words.len());
    words.drain(..first);
    let mut volumes = volumes(service, folder, lookup);
    volumes.extend(root.into_iter().flat_map(|root| configs(root, service, folder, lookup)));
    let paths = PathMap {
        in_container: true,
        working_dir: service.field("working_dir").and_then(Ref::text).map(|text| interpolate(text, lookup)),
        mounts: volumes.iter().map(|(mount, _)| mount.clone()).collect(),
    };
    let environment = environment(service, lookup);
    Ok(Launch { words, environment, env_files: env_files(service, lookup), volumes, paths })
}

/// The service that runs Traefik.
fn find<'d>(services: Ref<'d>, wanted: Option<&str>, lookup: Lookup<'_>) -> Result<Ref<'d>, String> {
    let all = services.fields();
    let names = || all.iter().filter_map(|(k, _)| k.text()).collect::<Vec<_>>().join(", ");
    let image = |service: &Ref<'_>| Some(interpolate(service.field("image")?.text()?, lookup));
    let runs_traefik = |service: &Ref<'_>| image(service).is_some_and(|image| is_image_of_traefik(&image));
    let found: Vec<_> = match wanted {
        Some(name) => all.iter().filter(|(k, _)| k.text() == Some(name)).collect(),
        None => all.iter().filter(|(_, v)| runs_traefik(v)).collect(),
    };
    match (found.as_slice(), wanted) {
        ([(_, service)], _) => Ok(*service),
        (_, Some(name)) => Err(format!("there is no service {name:?} in this compose file; there are {}", names())),
        _ => {
            Err(format!("say which service of this compose file runs Traefik with FILE#SERVICE; there are {}", names()))
        }
    }
}

/// Whether an image is Traefik's own or a copy of it, not one that only has to do with it (`traefik/whoami`).
fn is_image_of_traefik(image: &str) -> bool {
    let name = image.rsplit('/').next().and_then(|name| name.split([':', '@']).next()).unwrap_or_default();
    name == "traefik" || name.ends_with("-traefik")
}

fn environment(service: Ref<'_>, lookup: Lookup<'_>) -> Vec<(String, String, Span)> {
    let Some(node) = service.field("environment") else { return Vec::new() };
    let of_map = node.fields().into_iter().filter_map(|(key, value)| {
        let name = key.resolved().text()?.to_owned();
        // A name alone takes the value of whoever starts compose.
        let text = if value.is_null() { lookup(&name)? } else { interpolate(value.text()?, lookup) };
        Some((name, text, if value.is_null() { key.span() } else { value.span() }))
    });
    let of_list = node.items().filter_map(|item| {
        let text = interpolate(item.resolved().text()?, lookup);
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (text.clone(), lookup(&text)?),
        };
        Some((name, value, item.span()))
    });
    of_map.chain(of_list).collect()
}

fn env_files(service: Ref<'_>, lookup: Lookup<'_>) -> Vec<(String, Span)> {
    let Some(node) = service.field("env_file") else { return Vec::new() };
    let path = |node: Ref<'_>| {
        let node = node.resolved();
        let text = node.text().or_else(|| node.field("path").and_then(Ref::text))?;
        Some((interpolate(text, lookup), node.span()))
    };
    if node.text().is_some() { path(node).into_iter().collect() } else { node.items().filter_map(path).collect() }
}

fn volumes(service: Ref<'_>, folder: &Path, lookup: Lookup<'_>) -> Vec<(Mount, Span)> {
    let Some(node) = service.field("volumes") else { return Vec::new() };
    let volume = |item: Ref<'_>| {
        let item = item.resolved();
        let text = |name: &str| Some(interpolate(item.field(name)?.text()?, lookup));
        let (source, target) = match item.text() {
            Some(text) => {
                let text = interpolate(text, lookup);
                let mut parts = text.split(':').map(str::to_owned);
                match (parts.next()?, parts.next()) {
                    (source, Some(target)) => (Some(source), target),
                    (target, None) => (None, target),
                }
            }
            None => (text("source").or_else(|| text("src")), text("target").or_else(|| text("destination"))?),
        };
        let bind = match item.text() {
            Some(_) => source.as_deref().is_some_and(|s| s.starts_with(['/', '.', '~'])),
            None => text("type").is_none_or(|kind| kind == "bind"),
        };
        let host = source.filter(|_| bind).map(|source| host_path(&source, folder, lookup));
        Some((Mount { container: target.trim_end_matches('/').to_owned(), host }, item.span()))
    };
    node.items().filter_map(volume).collect()
}

/// `configs` that are files beside the compose file.
fn configs(root: Ref<'_>, service: Ref<'_>, folder: &Path, lookup: Lookup<'_>) -> Vec<(Mount, Span)> {
    let config = |item: Ref<'_>| {
        let item = item.resolved();
        let source = item.text().or_else(|| item.field("source").and_then(Ref::text))?;
        let target = item.field("target").and_then(Ref::text).map_or(format!("/{source}"), str::to_owned);
        let named = root.field("configs")?.fields().into_iter().find(|(key, _)| key.text() == Some(source))?.1;
        let host =
            named.field("file").and_then(Ref::text).map(|file| host_path(&interpolate(file, lookup), folder, lookup));
        Some((Mount { container: target, host }, item.span()))
    };
    service.field("configs").into_iter().flat_map(Ref::items).filter_map(config).collect()
}

fn host_path(text: &str, folder: &Path, lookup: Lookup<'_>) -> PathBuf {
    match text.strip_prefix('~').zip(lookup("HOME")) {
        Some((rest, home)) => Path::new(&home).join(rest.trim_start_matches('/')),
        None => folder.join(text.strip_prefix("./").unwrap_or(text)),
    }
}
