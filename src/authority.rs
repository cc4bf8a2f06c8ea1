//! Who may join, who has joined, and what they may claim: the only door to the state folder.
//!
//! It never lies in the managed directory, which containers mount and deployments wipe. Each token and each agent has a
//! file of its own, so that none is written because of another.

use crate::agent::{Agent, JoinToken, Joins};
use crate::certificate::{self, authority as ca};
use crate::error::{Code, Error};
use crate::name::AgentId;
use crate::store::{Folder, Lock, Store};
use anyhow::Context;
use rustix::io::Errno;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, lchown};
use std::path::{Path, PathBuf};

/// Something that is kept.
#[derive(Clone, Copy, Debug)]
pub enum Kept<'k> {
    /// An agent.
    Agent(&'k Agent),
    /// Whose the key with that public part is.
    KeyOwner(&'k str, &'k AgentId),
}

/// The state folder.
pub struct Authority {
    path: PathBuf,
    folder: Folder,
}

const TOKENS: &str = "tokens";
const AGENTS: &str = "agents";
/// Whose a key is, by its public part.
const KEYS: &str = "keys";
/// What agents are given to prove themselves to their clients.
const CERTIFICATES: &str = "certificates";
const CA: &str = "ca";
/// What the server makes for itself: a certificate, and its key.
const SERVER: [&str; 2] = ["server.pem", "server-key.pem"];
const SEEN: &str = "seen";
const AUDIT: &str = "audit.jsonl";
/// Whose lock the one server holds that ends leases.
const LEASES: &str = "leases";
/// What files are called that are not whole yet.
const STAGED: &str = ".staged-";

impl Authority {
    /// Opens the state folder; it is made where it is not there.
    pub fn create(path: &Path) -> Result<Authority, Error> {
        let failed = |path: &Path, error: std::io::Error| cant_open(path, error.into());
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(|error| failed(path, error))?;
        let whole = Authority::open(path)?;
        let authority = whole.ok_or_else(|| failed(path, Errno::NOENT.into()))?;
        let owner = authority.folder.stat()?;
        for below in [TOKENS, AGENTS, KEYS, CERTIFICATES, LEASES].map(|name| path.join(name)) {
            match std::fs::DirBuilder::new().mode(0o700).create(&below) {
                // What root makes must be for the user whose folder it is.
                Ok(()) if owner.st_uid != rustix::process::geteuid().as_raw() => {
                    lchown(&below, Some(owner.st_uid), Some(owner.st_gid)).map_err(|error| failed(&below, error))?;
                }
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&below, error)),
            }
        }
        Ok(authority)
    }

    /// Opens the state folder; nothing where there is none.
    pub fn open(path: &Path) -> Result<Option<Authority>, Error> {
        let folder = match Folder::open(path) {
            Err(Errno::NOENT) => return Ok(None),
            opened => opened.map_err(|error| cant_open(path, std::io::Error::from(error).into()))?,
        };
        let stat = folder.stat()?;
        let user = rustix::process::geteuid();
        let is_own = user.is_root() || [0, user.as_raw()].contains(&stat.st_uid);
        if !is_own || stat.st_mode & 0o077 != 0 {
            let what = format!("{} must be yours or root's, and closed to all others (mode 0700)", path.display());
            return Err(Error::new(Code::Io, what).hint(format!("chmod 700 {}", path.display())));
        }
        Ok(Some(Authority { path: path.to_owned(), folder }))
    }

    /// Keeps all other writers out until it is dropped; waits as long as the store does.
    pub fn lock(&self, store: &Store) -> Result<Lock, Error> {
        store.lock(&self.folder)
    }

    /// Keeps all other servers out that would end leases, until it is dropped.
    pub fn lock_leases(&self, store: &Store) -> Result<Lock, Error> {
        store.lock(&self.below(LEASES)?).map_err(|error| Error {
            message: format!("another server sees to the leases of these agents: {}", error.message),
            ..error
        })
    }

    /// Takes away what runs that died have left half made. To be asked with the folder locked.
    pub fn clear_leftovers(&self) -> Result<(), Error> {
        for folder in [TOKENS, AGENTS, KEYS, CERTIFICATES, "."] {
            let folder = self.below(folder)?;
            for name in folder.names()?.iter().filter(|name| name.as_encoded_bytes().starts_with(STAGED.as_bytes())) {
                folder.remove(name).with_context(|| format!("can't remove {}", folder.path().join(name).display()))?;
            }
        }
        Ok(())
    }

    /// Every token, oldest first.
    pub fn tokens(&self) -> Result<Vec<JoinToken>, Error> {
        let mut all: Vec<JoinToken> = self.all(TOKENS)?;
        all.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(all)
    }

    /// A token by its id.
    pub fn token(&self, id: &str) -> Result<Option<JoinToken>, Error> {
        self.one(TOKENS, id)
    }

    /// Keeps a token.
    pub fn put_token(&self, token: &JoinToken) -> Result<(), Error> {
        self.put(TOKENS, &token.id, token)
    }

    /// Who has joined by a token.
    pub fn joins(&self, token: &str) -> Result<Joins, Error> {
        let bytes = self.below(TOKENS)?.read_own(&joins_name(token))?.unwrap_or_default();
        Ok(Joins::of(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Adds lines about who has joined by a token, flushed.
    pub fn add_joins(&self, token: &str, lines: &str) -> Result<(), Error> {
        let added = self.below(TOKENS)?.append(&joins_name(token), lines.as_bytes());
        Ok(added.with_context(|| format!("can't write who has joined by the token {token}"))?)
    }

    /// Every agent, by id.
    pub fn agents(&self) -> Result<Vec<Agent>, Error> {
        let mut all: Vec<Agent> = self.all(AGENTS)?;
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    /// An agent by its id.
    pub fn agent(&self, id: &AgentId) -> Result<Option<Agent>, Error> {
        self.one(AGENTS, id.as_str())
    }

    /// Keeps an agent.
    pub fn put_agent(&self, agent: &Agent) -> Result<(), Error> {
        self.put(AGENTS, agent.id.as_str(), agent)
    }

    /// Forgets an agent.
    pub fn remove_agent(&self, id: &AgentId) -> Result<(), Error> {
        self.remove(AGENTS, id.as_str())
    }

    /// Whose the key with that public part is.
    pub fn key_owner(&self, key: &str) -> Result<Option<AgentId>, Error> {
        self.one(KEYS, key)
    }

    /// Keeps whose a key is.
    pub fn put_key_owner(&self, key: &str, agent: &AgentId) -> Result<(), Error> {
        self.put(KEYS, key, agent)
    }

    /// Forgets whose a key is.
    pub fn remove_key_owner(&self, key: &str) -> Result<(), Error> {
        self.remove(KEYS, key)
    }

    /// Keeps several things, each whole, and flushed together: where one can't be kept others may be.
    pub fn put_all(&self, all: &[Kept<'_>]) -> Result<(), Error> {
        for kept in all {
            match kept {
                Kept::Agent(agent) => self.place(AGENTS, agent.id.as_str(), agent)?,
                Kept::KeyOwner(key, agent) => self.place(KEYS, key, agent)?,
            }
        }
        // A run that died may have kept some of it and not come to flush it.
        [AGENTS, KEYS].into_iter().try_for_each(|folder| self.flush(folder))
    }

    /// When agents were heard of last, in seconds since 1970, to a minute.
    pub fn seen(&self) -> Result<BTreeMap<String, i64>, Error> {
        let bytes = self.folder.read_own(&file_name(SEEN))?;
        // It is no more than a hint, and lost is lost.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    /// Keeps when agents were heard of last.
    pub fn put_seen(&self, seen: &BTreeMap<String, i64>) -> Result<(), Error> {
        self.put(".", SEEN, seen)
    }

    /// The authority that signs agents' certificates, where there is one.
    pub fn certificate_authority(&self) -> Result<Option<ca::Authority>, Error> {
        self.one(".", CA)
    }

    /// Keeps the authority that signs agents' certificates.
    pub fn put_certificate_authority(&self, authority: &ca::Authority) -> Result<(), Error> {
        self.put(".", CA, authority)
    }

    /// The certificate of an agent.
    pub fn certificate(&self, id: &AgentId) -> Result<Option<ca::Issued>, Error> {
        self.one(CERTIFICATES, id.as_str())
    }

    /// Keeps the certificate of an agent.
    pub fn put_certificate(&self, id: &AgentId, issued: &ca::Issued) -> Result<(), Error> {
        self.put(CERTIFICATES, id.as_str(), issued)
    }

    /// Forgets the certificate of an agent: whoever comes after it gets another key.
    pub fn remove_certificate(&self, id: &AgentId) -> Result<(), Error> {
        self.remove(CERTIFICATES, id.as_str())
    }

    /// Where the certificate and the key stand that the server makes for itself.
    pub fn server_certificate(&self) -> [PathBuf; 2] {
        SERVER.map(|name| self.path.join(name))
    }

    /// The fingerprint of the certificate that the server made for itself, where it has made one.
    pub fn fingerprint(&self) -> Result<Option<String>, Error> {
        let Some(bytes) = self.folder.read_own(SERVER[0])? else { return Ok(None) };
        Ok(certificate::fingerprint(&bytes))
    }

    /// Notes a decision, flushed: what can't be noted must not happen.
    pub fn audit(&self, decision: &Value) -> Result<(), Error> {
        self.audit_all(std::slice::from_ref(decision))
    }

    /// Notes decisions, flushed together.
    pub fn audit_all(&self, decisions: &[Value]) -> Result<(), Error> {
        let lines: String = decisions.iter().map(|decision| format!("{decision}\n")).collect();
        match lines.is_empty() {
            true => Ok(()),
            false => Ok(self.folder.append(AUDIT, lines.as_bytes()).context("can't write the audit log")?),
        }
    }

    fn remove(&self, folder: &str, id: &str) -> Result<(), Error> {
        let folder = self.below(folder)?;
        let removed = match folder.remove(file_name(id)) {
            Err(Errno::NOENT) => Ok(()),
            removed => removed.and_then(|()| folder.flush()),
        };
        Ok(removed.with_context(|| format!("can't remove {}", folder.path().join(file_name(id)).display()))?)
    }

    fn below(&self, folder: &str) -> Result<Folder, Error> {
        let path = self.path.join(folder);
        self.folder.below(folder).map_err(|error| cant_open(&path, std::io::Error::from(error).into()))
    }

    fn all<T: DeserializeOwned>(&self, folder: &str) -> Result<Vec<T>, Error> {
        let names = self.below(folder)?.names()?;
        let ids = names.iter().filter_map(|name| name.to_str()?.strip_suffix(".json"));
        ids.filter_map(|id| self.one(folder, id).transpose()).collect()
    }

    fn one<T: DeserializeOwned>(&self, folder: &str, id: &str) -> Result<Option<T>, Error> {
        let Some(bytes) = self.below(folder)?.read_own(&file_name(id))? else { return Ok(None) };
        let path = self.path.join(folder).join(file_name(id));
        Ok(Some(serde_json::from_slice(&bytes).with_context(|| format!("{} can't be read", path.display()))?))
    }

    fn put(&self, folder: &str, id: &str, value: &impl Serialize) -> Result<(), Error> {
        self.place(folder, id, value)?;
        self.flush(folder)
    }

    /// Puts a file into its place, whole; its name is not flushed yet.
    fn place(&self, folder: &str, id: &str, value: &impl Serialize) -> Result<(), Error> {
        let folder = self.below(folder)?;
        let bytes = serde_json::to_vec_pretty(value).context("can't write JSON")?;
        let placed = folder.put_own(STAGED, &file_name(id), &bytes);
        Ok(placed.with_context(|| format!("can't write {}", folder.path().join(file_name(id)).display()))?)
    }

    fn flush(&self, folder: &str) -> Result<(), Error> {
        let folder = self.below(folder)?;
        Ok(folder.flush().with_context(|| format!("can't flush {}", folder.path().display()))?)
    }
}

/// The file of those who have joined by a token, beside the token.
fn joins_name(token: &str) -> String {
    format!("{token}.joins")
}

/// Ids hold nothing that could lead elsewhere: those of agents are checked, those of tokens made here.
fn file_name(id: &str) -> String {
    format!("{id}.json")
}

fn cant_open(path: &Path, error: anyhow::Error) -> Error {
    Error::new(Code::Io, format!("can't open the state folder {}: {error:#}", path.display()))
        .hint("run as the user who has it, for instance with sudo, or name another with --state-dir")
}
