//! Manages, checks and publishes the dynamic configuration of the Traefik reverse proxy.
//!
//! Layers, top to bottom; each knows only those below it:
//!
//! - edges: [`terminal`], [`cli`], [`command`] (what each command does), [`render`] (how its outcome is shown),
//!   [`register`] (the server by which agents register themselves);
//! - effects: [`store`], the only door to the managed directory; [`git`], an earlier state of it; [`live`], the running Traefik;
//!   [`probe`], the servers that routes lead to; [`join`], the server that agents join; [`trust`], whose certificates count; [`authority`], the only door to the folder that keeps
//!   agents and tokens; [`registry`], by which an agent's record and its routes change together;
//! - core, pure: [`plan`] (what a change must do), [`route`], [`claim`] (whether a host is free for somebody), [`judge`] (what Traefik would say), [`compare`] (two configurations), [`lint`] (each
//!   kind of finding), [`finding`], [`runtime`] (what Traefik makes of what it loads), [`surroundings`], [`certificate`],
//!   [`named`] (files that the configuration names),
//!   [`inventory`] (all files merged), [`schema`], [`edit`], [`document`], [`rule`], [`name`], [`release`], [`golang`] (texts as Go writes them),
//!   [`static_config`], [`settings`], [`agent`], [`grant`] (what an agent may claim), [`token`], [`hash`], [`delta`] (how one text becomes another), [`secret`] (what a command line must not tell);
//! - [`error`], which all of them speak.

pub mod agent;
pub mod authority;
pub mod certificate;
pub mod claim;
pub mod cli;
pub mod command;
pub mod compare;
pub mod delta;
pub mod document;
pub mod edit;
pub mod error;
pub mod finding;
pub mod git;
pub mod golang;
pub mod grant;
pub mod hash;
pub mod inventory;
pub mod join;
pub mod judge;
pub mod lint;
pub mod live;
pub mod name;
pub mod named;
pub mod plan;
pub mod probe;
pub mod register;
pub mod registry;
pub mod release;
pub mod render;
pub mod route;
pub mod rule;
pub mod runtime;
pub mod schema;
pub mod secret;
pub mod settings;
pub mod static_config;
pub mod store;
pub mod surroundings;
pub mod terminal;
pub mod token;
pub mod trust;
