//! Manages, checks and publishes the dynamic configuration of the Traefik reverse proxy.

pub mod document;
pub mod edit;
