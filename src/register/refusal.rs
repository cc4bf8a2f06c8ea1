//! Why a request is refused: a stable code, the status that follows from it, and the cure.

use crate::error::Error;
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Not HTTP as it is understood here.
    MalformedRequest,
    /// A URL with a query.
    QueryRefused,
    /// A request by a page in a browser.
    OriginRefused,
    /// Nothing came in time.
    Timeout,
    /// Too many bytes in the body.
    BodyTooLarge,
    /// A body that is not JSON.
    UnsupportedMediaType,
    /// An expectation that can't be met.
    ExpectationFailed,
    /// A request for another host.
    WrongHost,
    /// Too many requests, or too many wrong credentials.
    TooManyRequests,
    /// Too many bytes or lines in the header.
    HeaderTooLarge,
    /// A bug of ours.
    Internal,
    /// The answer took too long.
    NoAnswer,
    /// The body is not JSON.
    MalformedJson,
    /// No credential that counts.
    Unauthorized,
    /// Not granted.
    NotGranted,
    /// A target that routes may not lead to.
    TargetForbidden,
    /// More routes than may be.
    Quota,
    /// An agent that an administrator has disabled.
    Disabled,
    /// As many agents have joined as may.
    UsedUp,
    /// Too late to join.
    Expired,
    /// A path that does not exist.
    NoSuchPath,
    /// A method that the path does not have.
    MethodNotAllowed,
    /// The host belongs to somebody else.
    HostTaken,
    /// A value that can't be one.
    BadValue,
    /// A field that does not exist.
    UnknownField,
    /// A target that is named.
    TargetNotAnAddress,
    /// The change is in place, but the disk did not confirm it.
    DurabilityUnknown,
    /// The directory takes no change.
    DoesNotLoad,
    /// The directory is locked.
    Busy,
    /// Reading or writing failed.
    StorageFailed,
}

impl Code {
    /// Every code.
    pub const ALL: &[Code] = &[
        Code::MalformedRequest,
        Code::QueryRefused,
        Code::OriginRefused,
        Code::Timeout,
        Code::BodyTooLarge,
        Code::UnsupportedMediaType,
        Code::ExpectationFailed,
        Code::WrongHost,
        Code::TooManyRequests,
        Code::HeaderTooLarge,
        Code::Internal,
        Code::NoAnswer,
        Code::MalformedJson,
        Code::Unauthorized,
        Code::NotGranted,
        Code::TargetForbidden,
        Code::Quota,
        Code::Disabled,
        Code::UsedUp,
        Code::Expired,
        Code::NoSuchPath,
        Code::MethodNotAllowed,
        Code::HostTaken,
        Code::BadValue,
        Code::UnknownField,
        Code::TargetNotAnAddress,
        Code::DurabilityUnknown,
        Code::DoesNotLoad,
        Code::Busy,
        Code::StorageFailed,
    ];

    /// What it means, in one sentence without a full stop.
    pub fn meaning(self) -> &'static str {
        match self {
            Code::MalformedRequest => {
                "the request is not HTTP/1.1 as the server takes it, to the letter of the standard"
            }
            Code::QueryRefused => "the URL has a query, where credentials would end up in logs",
            Code::OriginRefused => "the request was sent by a page in a browser",
            Code::Timeout => "the request did not arrive in time",
            Code::BodyTooLarge => "the body has more bytes than the server takes",
            Code::UnsupportedMediaType => "the body is not said to be JSON, or is compressed",
            Code::ExpectationFailed => "the request expects something other than 100-continue",
            Code::WrongHost => "the request names a host that the server was not told to be",
            Code::TooManyRequests => "too many requests, or too many wrong credentials, came from this address",
            Code::HeaderTooLarge => "the header has more bytes or lines than the server takes",
            Code::Internal => "a bug of cloudlunacy",
            Code::NoAnswer => "the server did not finish in time; what was asked for may still be done",
            Code::MalformedJson => "the body is not JSON, or says something twice",
            Code::Unauthorized => "the credential is missing, unknown, wrong or revoked; which of these is not told",
            Code::NotGranted => "what is asked for is not granted",
            Code::TargetForbidden => "an agent's route may not lead to that target",
            Code::Quota => "an agent asks for more routes than it may have",
            Code::Disabled => "an administrator has disabled the agent",
            Code::UsedUp => "as many agents have joined by the credential as may",
            Code::Expired => "the time in which agents could join by the credential is over",
            Code::NoSuchPath => "there is nothing at that path",
            Code::MethodNotAllowed => "the path does not have that method",
            Code::HostTaken => "somebody else's router answers for the host, or may do so",
            Code::BadValue => "a host, name, target or other value can't be one",
            Code::UnknownField => {
                "the body has a field that does not exist, such as a rule, a priority or a middleware"
            }
            Code::TargetNotAnAddress => "an agent's target is named, and must be given by its address",
            Code::DurabilityUnknown => "the change is in place, but the disk did not confirm it",
            Code::DoesNotLoad => {
                "Traefik would refuse the directory, or disable something in it, before or after the change"
            }
            Code::Busy => "another process holds the lock for too long",
            Code::StorageFailed => "reading or writing failed; nothing has changed",
        }
    }

    /// The code as clients see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::MalformedRequest => "malformed-request",
            Code::QueryRefused => "query-refused",
            Code::OriginRefused => "origin-refused",
            Code::Timeout => "timeout",
            Code::BodyTooLarge => "body-too-large",
            Code::UnsupportedMediaType => "unsupported-media-type",
            Code::ExpectationFailed => "expectation-failed",
            Code::WrongHost => "wrong-host",
            Code::TooManyRequests => "too-many-requests",
            Code::HeaderTooLarge => "header-too-large",
            Code::Internal => "internal",
            Code::NoAnswer => "no-answer",
            Code::MalformedJson => "malformed-json",
            Code::Unauthorized => "unauthorized",
            Code::NotGranted => "not-granted",
            Code::TargetForbidden => "target-forbidden",
            Code::Quota => "quota",
            Code::Disabled => "disabled",
            Code::UsedUp => "used-up",
            Code::Expired => "expired",
            Code::NoSuchPath => "no-such-path",
            Code::MethodNotAllowed => "method-not-allowed",
            Code::HostTaken => "host-taken",
            Code::BadValue => "bad-value",
            Code::UnknownField => "unknown-field",
            Code::TargetNotAnAddress => "target-not-an-address",
            Code::DurabilityUnknown => "durability-unknown",
            Code::DoesNotLoad => "directory-does-not-load",
            Code::Busy => "busy",
            Code::StorageFailed => "storage-failed",
        }
    }

    /// The status of HTTP.
    pub fn status(self) -> u16 {
        match self {
            Code::MalformedRequest | Code::QueryRefused | Code::MalformedJson => 400,
            Code::Unauthorized => 401,
            Code::OriginRefused
            | Code::NotGranted
            | Code::TargetForbidden
            | Code::Quota
            | Code::Disabled
            | Code::UsedUp
            | Code::Expired => 403,
            Code::NoSuchPath => 404,
            Code::MethodNotAllowed => 405,
            Code::Timeout => 408,
            Code::HostTaken => 409,
            Code::BodyTooLarge => 413,
            Code::UnsupportedMediaType => 415,
            Code::ExpectationFailed => 417,
            Code::WrongHost => 421,
            Code::BadValue | Code::UnknownField | Code::TargetNotAnAddress => 422,
            Code::TooManyRequests => 429,
            Code::HeaderTooLarge => 431,
            Code::Internal | Code::DurabilityUnknown => 500,
            Code::NoAnswer | Code::DoesNotLoad | Code::Busy | Code::StorageFailed => 503,
        }
    }
}

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// In how many seconds it is worth trying again.
    pub retry_after: Option<u32>,
}

/// What the store, the registry or a check of a value says, for a client: nothing of this machine, nothing of others.
impl From<&Error> for Refusal {
    fn from(error: &Error) -> Refusal {
        use crate::error::Code as Of;
        let told = |code| Refusal::new(code, error.message.clone(), error.hint.clone().unwrap_or_else(|| SEE.into()));
        let again = |code, message: &str| Refusal::new(code, message, "try again later").retry_after(5);
        match error.code {
            Of::NotGranted => Refusal { hint: ASK.into(), ..told(Code::NotGranted) },
            Of::TargetForbidden => Refusal { hint: ASK.into(), ..told(Code::TargetForbidden) },
            Of::Quota => Refusal { hint: ASK.into(), ..told(Code::Quota) },
            Of::TargetNotAnAddress => told(Code::TargetNotAnAddress),
            Of::BadValue => told(Code::BadValue),
            Of::Usage => {
                Refusal::new(Code::BadValue, "the server has no domain for such a route", "name the whole host")
            }
            Of::HostTaken | Of::NameTaken => Refusal::new(Code::HostTaken, "the host belongs to somebody else", ASK),
            Of::LockTimeout => again(Code::Busy, "another change takes too long"),
            Of::DurabilityUnknown => Refusal::new(
                Code::DurabilityUnknown,
                "the change is in place, but the disk did not confirm it",
                "send it again",
            ),
            code if code.exit_code() == 3 => again(Code::DoesNotLoad, "the configuration takes no change at present"),
            _ => again(Code::StorageFailed, "the change can't be kept; nothing has changed"),
        }
    }
}

const SEE: &str = "GET /openapi.json says what is taken";
/// Who can do something about what an agent can't.
pub(super) const ASK: &str = "ask the administrator of the front server";

impl Refusal {
    /// A refusal that no waiting will change.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), hint: hint.into(), retry_after: None }
    }
    /// A value that can't be one.
    pub fn bad_value(message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal::new(Code::BadValue, message, hint)
    }
    /// Says when it is worth trying again.
    pub fn retry_after(mut self, seconds: u32) -> Refusal {
        self.retry_after = Some(seconds);
        self
    }
    /// As clients see it.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code.as_str(), "message": self.message, "hint": self.hint })
    }
}

#[cfg(test)]
mod tests {
    use super::Code;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_their_statuses_are_of_failures() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(!code.meaning().ends_with('.'), "{code:?}");
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code:?}");
        }
    }
}
