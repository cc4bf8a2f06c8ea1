//! What an agent keeps: its key, in a file that nobody else can read, written and flushed before the key is used.

use super::Url;
use crate::error::{Code, Error};
use crate::token::{Token, Use};
use anyhow::Context;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::OnceCell;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// That this machine is an agent of a server, or is about to be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The server for which the keys are; no other gets to see them.
    pub server: String,
    /// The agent's id, once the server has answered.
    pub agent: Option<String>,
    /// Since when the first key is in use, in seconds since 1970.
    pub since: i64,
    /// The key. Where another is to take its place that follows: which of them holds, the server knows.
    #[serde(serialize_with = "write_keys", deserialize_with = "read_keys")]
    pub keys: Vec<Token>,
}

/// The file that keeps a membership.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

/// Where the token comes from by which an agent joins: a file, or standard input.
#[derive(Debug)]
pub struct TokenFile {
    path: Option<String>,
    read: OnceCell<Token>,
}

/// No file of ours is larger.
const LARGEST: u64 = 64 << 10;

fn write_keys<S: Serializer>(keys: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(keys.iter().map(Token::secret))
}

fn read_keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Token>, D::Error> {
    let keys: Vec<String> = Deserialize::deserialize(deserializer)?;
    let keys: Option<Vec<Token>> = keys.iter().map(|key| Token::parse(Use::Agent, key)).collect();
    let keys = keys.filter(|keys| !keys.is_empty());
    keys.ok_or_else(|| serde::de::Error::custom("it holds what is no key of an agent"))
}

impl Membership {
    /// A new one, with a new key.
    pub fn new(url: &Url, now: i64) -> Result<Membership, Error> {
        Ok(Membership { server: url.to_string(), agent: None, since: now, keys: vec![Token::random(Use::Agent)?] })
    }

    /// Adds a new key that is to take the present one's place, unless there is one already.
    pub fn prepare(&mut self) -> Result<(), Error> {
        if self.keys.len() < 2 {
            self.keys.push(Token::random(Use::Agent)?);
        }
        Ok(())
    }

    /// What there is once the server has taken this key; `None` where it is so already.
    pub fn taken(&self, key: &Token, agent: &str, now: i64) -> Option<Membership> {
        let is_first = self.keys.first() == Some(key);
        let since = if is_first { self.since } else { now };
        let keys = if is_first { self.keys.clone() } else { vec![key.clone()] };
        let now = Membership { agent: Some(agent.to_owned()), since, keys, ..self.clone() };
        (now != *self).then_some(now)
    }
}

impl KeyFile {
    /// The file that was named, else the one for this server in the state folder.
    pub fn new(named: Option<&str>, state: &Path, url: &Url) -> KeyFile {
        KeyFile { path: named.map_or_else(|| state.join("join").join(url.file_name()), PathBuf::from) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds, which must be for this server; `None` where it is not there.
    pub fn read(&self, url: &Url) -> Result<Option<Membership>, Error> {
        let shown = self.path.display();
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.with_context(|| format!("can't read the key file {shown}"))?,
        };
        let about = file.metadata().with_context(|| format!("can't look at {shown}"))?;
        if !about.is_file() || about.mode() & 0o077 != 0 {
            let what = format!("{shown} must be a file that is closed to all others: it holds a key");
            return Err(Error::new(Code::Io, what).hint(format!("chmod 600 {shown}, if nobody else has read it")));
        }
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text).with_context(|| format!("can't read {shown}"))?;
        // What serde_json says of a text may quote it.
        let kept: Membership = serde_json::from_str(&text).map_err(|_| {
            let what = format!("{shown} holds no key of an agent");
            Error::new(Code::Io, what).hint("name another file with --key-file, or move it away and join anew")
        })?;
        match kept.server == url.to_string() {
            true => Ok(Some(kept)),
            false => Err(Error::new(Code::Usage, format!("{shown} holds a key for {}, not for {url}", kept.server))
                .hint("name another file with --key-file")),
        }
    }

    /// Puts a new file there, unless there is one by now.
    pub fn create(&self, membership: &Membership) -> Result<(), Error> {
        let folder = self.folder();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("can't make the folder {}", folder.display()))?;
        // A folder that was made just now is flushed where it is named; not every one above may be opened.
        for above in folder.ancestors().skip(1).take(2).filter(|above| !above.as_os_str().is_empty()) {
            let _ = File::open(above).and_then(|above| above.sync_all());
        }
        self.put(membership, |staged, path| std::fs::hard_link(staged, path))
    }

    /// Puts it in the place of the file that is there.
    pub fn replace(&self, membership: &Membership) -> Result<(), Error> {
        self.put(membership, |staged, path| std::fs::rename(staged, path))
    }

    /// Removes it.
    pub fn remove(&self) -> Result<(), Error> {
        let removed = std::fs::remove_file(&self.path).and_then(|()| File::open(self.folder())?.sync_all());
        Ok(removed.with_context(|| format!("can't remove {}", self.path.display()))?)
    }

    fn put(
        &self,
        membership: &Membership,
        place: impl FnOnce(&Path, &Path) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(membership).context("can't write JSON")?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let staged = self.folder().join(format!(".{name}.{}", std::process::id()));
        // A process of this number may have died here before.
        let _ = std::fs::remove_file(&staged);
        let put = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&staged)
            .and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()))
            .and_then(|()| place(&staged, &self.path));
        let _ = std::fs::remove_file(&staged);
        let put = put.and_then(|()| File::open(self.folder())?.sync_all());
        Ok(put.with_context(|| format!("can't write the key file {}", self.path.display()))?)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

impl TokenFile {
    /// A file, or `-` for standard input.
    pub fn new(path: Option<&str>) -> TokenFile {
        TokenFile { path: path.map(str::to_owned), read: OnceCell::new() }
    }

    /// The token, read when it is first asked for; `None` where no file was named.
    pub fn token(&self) -> Result<Option<&Token>, Error> {
        let Some(path) = &self.path else { return Ok(None) };
        if self.read.get().is_none() {
            if Token::parse(Use::Join, path).is_some() {
                return Err(Error::new(Code::Usage, "--token-file names a file, and this is the token itself")
                    .hint("everybody on this machine sees a command line: revoke it, make another, and pass that by a file or by -"));
            }
            let mut text = String::new();
            let read = match path.as_str() {
                "-" => std::io::stdin().lock().take(LARGEST).read_to_string(&mut text),
                path => File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text)),
            };
            let shown = if path == "-" { "standard input" } else { path };
            read.with_context(|| format!("can't read the token from {shown}"))?;
            let token = Token::parse(Use::Join, text.trim()).ok_or_else(|| {
                Error::new(Code::BadValue, format!("{shown} holds no token to join by"))
                    .hint("`cloudlunacy agent token create` shows one, once: it begins with clt_")
            })?;
            let _ = self.read.set(token);
        }
        Ok(self.read.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, KeyFile, Url) {
        let top = tempfile::tempdir().unwrap();
        let url: Url = "https://front.example.com:7843".parse().unwrap();
        let file = KeyFile::new(None, &top.path().join("state"), &url);
        (top, file, url)
    }

    fn modes(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn a_key_is_kept_for_its_server_and_closed_to_others() {
        let (top, file, url) = place();
        assert!(file.read(&url).unwrap().is_none());
        let kept = Membership::new(&url, 5).unwrap();
        file.create(&kept).unwrap();
        assert!(file.read(&url).unwrap() == Some(kept.clone()));
        assert_eq!((modes(file.path()), modes(file.path().parent().unwrap())), (0o600, 0o700));
        // Whoever comes second takes the key that is there.
        assert!(file.create(&Membership::new(&url, 6).unwrap()).is_err());
        assert!(file.read(&url).unwrap() == Some(kept.clone()));
        file.replace(&Membership { agent: Some("web-7".into()), ..kept }).unwrap();
        assert_eq!(file.read(&url).unwrap().unwrap().agent.as_deref(), Some("web-7"));
        assert_eq!((modes(file.path()), std::fs::read_dir(top.path().join("state/join")).unwrap().count()), (0o600, 1));
        let other = "https://other.example.com".parse().unwrap();
        assert_eq!(file.read(&other).err().map(|error| error.code), Some(Code::Usage));
        std::fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        assert!(file.read(&url).err().unwrap().message.contains("closed to all others"));
        file.remove().unwrap();
        assert!(file.read(&url).unwrap().is_none());
    }

    #[test]
    fn what_is_no_key_is_not_repeated() {
        let (_top, file, url) = place();
        file.create(&Membership::new(&url, 5).unwrap()).unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        for broken in [&text[..text.len() - 4], "", "[]", &text.replace("cla_", "clt_"), &text.replace("since", "then")]
        {
            std::fs::write(file.path(), broken).unwrap();
            let said = file.read(&url).err().unwrap();
            assert!(said.message.ends_with("holds no key of an agent"), "{said}");
        }
    }

    #[test]
    fn which_of_two_keys_holds_the_server_says() {
        let (_top, _, url) = place();
        let mut kept = Membership::new(&url, 5).unwrap();
        let first = kept.taken(&kept.keys[0], "web-7", 9).unwrap();
        assert_eq!((first.agent.as_deref(), first.since), (Some("web-7"), 5));
        kept = first;
        kept.prepare().unwrap();
        kept.prepare().unwrap();
        assert_eq!(kept.keys.len(), 2);
        assert!(kept.taken(&kept.keys[0], "web-7", 9).is_none(), "the second may yet come to hold");
        let renewed = kept.taken(&kept.keys[1], "web-7", 9).unwrap();
        assert!(renewed.keys == kept.keys[1..] && renewed.since == 9);
    }

    #[test]
    fn a_token_is_read_once_and_never_repeated() {
        let top = tempfile::tempdir().unwrap();
        let path = top.path().join("token");
        let shown = path.display().to_string();
        let token = Token::random(Use::Join).unwrap();
        std::fs::write(&path, format!("{}\n", token.secret())).unwrap();
        let file = TokenFile::new(Some(&shown));
        assert_eq!(file.token().unwrap(), Some(&token));
        std::fs::write(&path, format!("{}0", token.secret())).unwrap();
        assert_eq!(file.token().unwrap(), Some(&token));
        let said = TokenFile::new(Some(&shown)).token().unwrap_err();
        assert!(said.code == Code::BadValue && !said.message.contains("clt_"), "{said}");
        let said = TokenFile::new(Some(token.secret())).token().unwrap_err();
        assert!(said.message.ends_with("is the token itself"), "{said}");
        assert_eq!(TokenFile::new(None).token().unwrap(), None);
    }
}
