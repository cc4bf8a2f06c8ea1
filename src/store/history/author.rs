//! Who makes a change: what the kernel knows, and what others say.

use std::fmt;

/// Who made a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Author {
    /// The user of the process, by the kernel.
    pub uid: u32,
    /// His name at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user who logged in, by the kernel; `sudo` and `su` don't change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_uid: Option<u32>,
    /// His name at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_name: Option<String>,
    /// Who called sudo, as sudo says; a user can set this variable himself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sudo: Option<String>,
    /// Where the SSH connection came from, as SSH says; a user can set this variable himself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<String>,
}

impl Author {
    /// Who runs this process.
    pub fn of_process() -> Author {
        const NOBODY_LOGGED_IN: u32 = u32::MAX;
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let uid = rustix::process::getuid().as_raw();
        let login_uid = read("/proc/self/loginuid").trim().parse().ok().filter(|uid| *uid != NOBODY_LOGGED_IN);
        let users = read("/etc/passwd");
        let name = |uid: u32| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next()?;
                (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
            })
        };
        // Whatever stands there is shown to others, so it is kept short.
        let said = |variable: &str| {
            let value = std::env::var(variable).ok().filter(|value| !value.is_empty())?;
            Some(value.chars().take(100).collect::<String>())
        };
        Author {
            uid,
            name: name(uid),
            login_uid,
            login_name: login_uid.and_then(name),
            sudo: said("SUDO_USER"),
            ssh: said("SSH_CONNECTION").and_then(|words| words.split(' ').next().map(str::to_owned)),
        }
    }

    /// Whether this is the same person: whoever logged in, else whoever the process belongs to.
    pub fn is(&self, other: &Author) -> bool {
        let id = |author: &Author| author.login_uid.unwrap_or(author.uid);
        id(self) == id(other)
    }
}

/// `alice (root; sudo says alice, ssh from 10.0.0.9)`.
impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = |uid: u32, name: &Option<String>| name.clone().unwrap_or_else(|| format!("user {uid}"));
        let user_now = user(self.uid, &self.name);
        let mut more = Vec::new();
        match self.login_uid {
            Some(uid) if uid != self.uid => {
                write!(f, "{}", user(uid, &self.login_name))?;
                more.push(format!("as {user_now}"));
            }
            _ => write!(f, "{user_now}")?,
        }
        more.extend(self.sudo.iter().map(|name| format!("sudo says {name}")));
        more.extend(self.ssh.iter().map(|from| format!("ssh says {from}")));
        if more.is_empty() { Ok(()) } else { write!(f, " ({})", more.join(", ")) }
    }
}
