//! The HTTP server at which agents register: from a request to an answer.

pub mod api;
pub mod ask;
mod bucket;
mod busy;
pub mod compat;
pub mod decide;
pub mod desk;
pub mod exchange;
pub mod http;
mod identity;
pub mod leases;
pub mod openapi;
pub mod refusal;
pub mod service;
