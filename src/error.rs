//! What can go wrong, with a stable code, the exit code that follows from it, and the cure.

use std::fmt;
use std::ops::Range;

/// Why a command did not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The command line does not make sense.
    Usage,
    /// A host, name, target or other value that can't be one.
    BadValue,
    /// The settings file can't be used.
    BadSettings,
    /// Traefik's static configuration can't be read.
    BadStatic,
    /// No file that could be validated.
    NothingToCheck,
    /// No such route.
    NotFound,
    /// Several routes could be meant.
    Ambiguous,
    /// The name belongs to something else.
    NameTaken,
    /// Another router answers for this host and path.
    HostTaken,
    /// A middleware, service or entry point that doesn't exist.
    UnknownReference,
    /// Something still refers to what would go.
    InUse,
    /// The file can't be edited safely.
    NotEditable,
    /// Traefik would refuse the directory.
    WouldNotLoad,
    /// Traefik would disable something that the change is not about.
    WouldDisable,
    /// The directory was changed by hand again and again.
    ChangedMeanwhile,
    /// A later change stands in the way of taking one back.
    ChangedSince,
    /// What an agent asks for is not granted to it.
    NotGranted,
    /// A target that an agent's routes may not lead to.
    TargetForbidden,
    /// A target that is named where it must be an address.
    TargetNotAnAddress,
    /// More routes than an agent may have.
    Quota,
    /// The user said no.
    Declined,
    /// A directory that isn't there.
    NoDirectory,
    /// Reading or writing failed.
    Io,
    /// Another process holds the lock.
    LockTimeout,
    /// Of many commands or repairs some were refused; the others are done.
    PartlyDone,
    /// The change is in place, but the disk did not confirm it.
    DurabilityUnknown,
    /// Traefik's API gives no usable answer.
    ApiFailed,
    /// The server that agents join gives no usable answer.
    ServerUnreachable,
    /// The server that agents join says no.
    Refused,
    /// A server that a route would lead to does not answer.
    TargetUnreachable,
    /// The change was taken back, because Traefik did not load it in time.
    RolledBack,
    /// The change is in place, but Traefik did not load it in time.
    NotLive,
    /// The files have said so before, but Traefik has not loaded it.
    StillNotLive,
    /// The change is made, but the answer could not be printed.
    AnswerNotPrinted,
    /// A bug of ours.
    Internal,
}

impl Code {
    /// Every code.
    pub const ALL: &[Code] = &[
        Code::Usage,
        Code::BadValue,
        Code::BadSettings,
        Code::BadStatic,
        Code::NothingToCheck,
        Code::NotFound,
        Code::Ambiguous,
        Code::NameTaken,
        Code::HostTaken,
        Code::UnknownReference,
        Code::InUse,
        Code::NotEditable,
        Code::WouldNotLoad,
        Code::WouldDisable,
        Code::ChangedMeanwhile,
        Code::ChangedSince,
        Code::NotGranted,
        Code::TargetForbidden,
        Code::TargetNotAnAddress,
        Code::Quota,
        Code::Declined,
        Code::NoDirectory,
        Code::Io,
        Code::LockTimeout,
        Code::PartlyDone,
        Code::DurabilityUnknown,
        Code::ApiFailed,
        Code::ServerUnreachable,
        Code::Refused,
        Code::TargetUnreachable,
        Code::RolledBack,
        Code::NotLive,
        Code::StillNotLive,
        Code::AnswerNotPrinted,
        Code::Internal,
    ];

    /// What it means, in one sentence without a full stop.
    pub fn meaning(self) -> &'static str {
        match self {
            Code::Usage => "the command line does not make sense",
            Code::BadValue => "a host, name, target or other value can't be one",
            Code::BadSettings => "the settings file, or a setting from the environment, can't be used",
            Code::BadStatic => "Traefik's static configuration can't be read",
            Code::NothingToCheck => "there is no .yml, .yaml or .toml file to validate, which is no pass",
            Code::NotFound => "there is nothing of that name",
            Code::Ambiguous => "several routes could be meant; the message lists them",
            Code::NameTaken => "the name belongs to something else already",
            Code::HostTaken => "another router answers for this host and path",
            Code::UnknownReference => "a middleware, service or entry point does not exist",
            Code::InUse => "something still refers to what would go",
            Code::NotEditable => "the file can't be edited safely, so it has to be edited by hand",
            Code::WouldNotLoad => "Traefik would refuse the directory",
            Code::WouldDisable => "Traefik would disable something that works and that the change is not about",
            Code::ChangedMeanwhile => "the files were changed by something else again and again",
            Code::ChangedSince => "a later change stands in the way of taking an earlier one back",
            Code::NotGranted => "what an agent asks for is not granted to it",
            Code::TargetForbidden => "an agent's route may not lead to that target",
            Code::TargetNotAnAddress => "an agent's target is named, and must be given by its address",
            Code::Quota => "an agent asks for more routes than it may have",
            Code::Declined => "the question was answered with no",
            Code::NoDirectory => "the directory does not exist",
            Code::Io => "reading or writing failed",
            Code::LockTimeout => "another process holds the lock for longer than --lock-timeout",
            Code::PartlyDone => "of many commands or repairs some were refused, and the others are done",
            Code::DurabilityUnknown => "the change is in place, but the disk did not confirm it",
            Code::ApiFailed => "the running Traefik can't be asked: its API gives no usable answer",
            Code::ServerUnreachable => "the server that agents join can't be asked: it gives no usable answer",
            Code::Refused => "the server that agents join says no; the message has its own code",
            Code::TargetUnreachable => {
                "a server that the route would lead to does not answer as it should (--check-target)"
            }
            Code::RolledBack => "Traefik did not load the change in the time given, so it was taken back (--rollback)",
            Code::NotLive => "the change is in the files, but Traefik did not load it in the time given (--wait)",
            Code::StillNotLive => {
                "the files have said so before, but Traefik does not have it in the time given (--wait)"
            }
            Code::AnswerNotPrinted => "the change is made, but the answer could not be printed",
            Code::Internal => "a bug of cloudlunacy",
        }
    }

    /// The code as scripts see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Usage => "usage",
            Code::BadValue => "bad-value",
            Code::BadSettings => "bad-settings",
            Code::BadStatic => "bad-static-configuration",
            Code::NothingToCheck => "nothing-to-check",
            Code::NotFound => "not-found",
            Code::Ambiguous => "ambiguous",
            Code::NameTaken => "name-taken",
            Code::HostTaken => "host-taken",
            Code::UnknownReference => "unknown-reference",
            Code::InUse => "in-use",
            Code::NotEditable => "not-editable",
            Code::WouldNotLoad => "would-not-load",
            Code::WouldDisable => "would-disable",
            Code::ChangedMeanwhile => "changed-meanwhile",
            Code::ChangedSince => "changed-since",
            Code::NotGranted => "not-granted",
            Code::TargetForbidden => "target-forbidden",
            Code::TargetNotAnAddress => "target-not-an-address",
            Code::Quota => "quota",
            Code::Declined => "declined",
            Code::NoDirectory => "no-directory",
            Code::Io => "io",
            Code::LockTimeout => "lock-timeout",
            Code::PartlyDone => "partly-done",
            Code::DurabilityUnknown => "durability-unknown",
            Code::ApiFailed => "api-failed",
            Code::ServerUnreachable => "server-unreachable",
            Code::Refused => "refused",
            Code::TargetUnreachable => "target-unreachable",
            Code::RolledBack => "rolled-back",
            Code::NotLive => "not-live",
            Code::StillNotLive => "still-not-live",
            Code::AnswerNotPrinted => "answer-not-printed",
            Code::Internal => "internal",
        }
    }

    /// The exit code: 2 malformed input, 3 refused, 4 the environment failed, 5 changed but not live, 70 a bug of ours.
    pub fn exit_code(self) -> u8 {
        match self {
            Code::Usage
            | Code::BadValue
            | Code::TargetNotAnAddress
            | Code::BadSettings
            | Code::BadStatic
            | Code::NothingToCheck => 2,
            Code::NotFound
            | Code::Ambiguous
            | Code::NameTaken
            | Code::HostTaken
            | Code::UnknownReference
            | Code::InUse
            | Code::NotEditable
            | Code::WouldNotLoad
            | Code::WouldDisable
            | Code::ChangedMeanwhile
            | Code::TargetUnreachable
            | Code::RolledBack
            | Code::ChangedSince
            | Code::NotGranted
            | Code::TargetForbidden
            | Code::Quota
            | Code::Refused
            | Code::Declined => 3,
            Code::NoDirectory
            | Code::Io
            | Code::LockTimeout
            | Code::PartlyDone
            | Code::DurabilityUnknown
            | Code::ApiFailed
            | Code::ServerUnreachable
            | Code::AnswerNotPrinted => 4,
            Code::NotLive | Code::StillNotLive => 5,
            Code::Internal => 70,
        }
    }

    /// What of the change stands on disk although the command failed.
    pub fn changed(self) -> Changed {
        match self {
            Code::DurabilityUnknown => Changed::Unknown,
            Code::AnswerNotPrinted | Code::PartlyDone | Code::NotLive => Changed::Yes,
            _ => Changed::No,
        }
    }
}

/// Whether something has changed on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Yes.
    Yes,
    /// No.
    No,
    /// It may be lost at a power cut.
    Unknown,
}

/// Where in the files something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, relative to the managed directory.
    pub file: String,
    /// 1-based line; 0 where it is the file as a whole.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// A failed command: the code, what happened, where, and what to do about it.
#[derive(Clone, Debug)]
pub struct Error {
    /// The stable code.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
}

impl Error {
    /// An error without hint and place.
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error { code, message: message.into(), hint: None, place: None }
    }
    /// Says what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
    /// Shows the text that was given, with a caret under the bytes that are wrong; not where a line can't hold it.
    pub fn pointing_at(mut self, text: &str, at: Range<usize>) -> Error {
        const LONGEST: usize = 200;
        if text.len() <= LONGEST && !text.contains(char::is_control) {
            let before = text.get(..at.start).map_or(0, |t| t.chars().count());
            let width = text.get(at).map_or(1, |t| t.chars().count().max(1));
            self.message.push_str(&format!("\n  {text}\n  {}{}", " ".repeat(before), "^".repeat(width)));
        }
        self
    }
    /// What went wrong when a change was made already, and only the answer was still to come.
    pub fn after_change(self) -> Error {
        Error::new(Code::AnswerNotPrinted, format!("written, answer not printed: {self}"))
    }
    /// Says where it stands.
    pub fn at(mut self, place: Place) -> Error {
        self.place = Some(place);
        self
    }
}

/// Reading and writing fail with the chain of what was being done.
impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Error::new(Code::Io, format!("{error:#}")),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
