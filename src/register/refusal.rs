//! Why a request is refused: a stable code, the status that follows from it, and the cure.

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
        }
    }

    /// The status of HTTP.
    pub fn status(self) -> u16 {
        match self {
            Code::MalformedRequest | Code::QueryRefused => 400,
            Code::OriginRefused => 403,
            Code::Timeout => 408,
            Code::BodyTooLarge => 413,
            Code::UnsupportedMediaType => 415,
            Code::ExpectationFailed => 417,
            Code::WrongHost => 421,
            Code::TooManyRequests => 429,
            Code::HeaderTooLarge => 431,
            Code::Internal => 500,
            Code::NoAnswer => 503,
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

impl Refusal {
    /// A refusal that no waiting will change.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), hint: hint.into(), retry_after: None }
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
