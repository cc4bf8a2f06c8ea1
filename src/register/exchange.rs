//! A request and its answer as plain values: all that the decisions know of HTTP.

use crate::register::refusal::Refusal;
use serde_json::Value;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

/// A request that is whole, within its bounds, and has neither a query nor an `Origin`; a body is said to be JSON.
/// It can't be printed whole, for it holds a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, as it was sent.
    pub method: String,
    /// The path, as it was sent: nothing in it is decoded or tidied up.
    pub path: String,
    /// What stands after `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// Whose socket it is; what headers say of that counts for nothing.
    pub peer: IpAddr,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The code of a refusal, for the log.
    pub code: Option<&'static str>,
    /// What it says.
    pub body: Body,
    /// In how many seconds it is worth trying again.
    pub retry_after: Option<u32>,
    /// The methods that the path has, after one that it does not have.
    pub allow: Option<&'static str>,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JSON.
    Json(Value),
    /// Text of another type.
    Text {
        /// Its `Content-Type`.
        content_type: &'static str,
        /// The text.
        text: String,
    },
}

impl Answer {
    /// An answer in JSON.
    pub fn json(status: u16, body: Value) -> Answer {
        Answer { status, code: None, body: Body::Json(body), retry_after: None, allow: None }
    }
    /// An answer in text.
    pub fn text(content_type: &'static str, text: impl Into<String>) -> Answer {
        let body = Body::Text { content_type, text: text.into() };
        Answer { status: 200, code: None, body, retry_after: None, allow: None }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Answer {
        Answer {
            code: Some(refusal.code.as_str()),
            retry_after: refusal.retry_after,
            ..Answer::json(refusal.code.status(), refusal.to_json())
        }
    }
}

/// An answer that is on its way.
pub type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Who answers. Once begun it is always carried to its end, whether or not the client still waits for it.
pub type Handler = Arc<dyn Fn(Request) -> Answering + Send + Sync>;
