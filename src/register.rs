//! The door by which agents register themselves: what comes in over HTTP, and what is answered.

pub mod exchange;
pub mod http;
pub mod refusal;
