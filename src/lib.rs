//! Manages, checks and publishes the dynamic configuration of the Traefik reverse proxy.
//!
//! Layers, top to bottom; each knows only those below it:
//!
//! - edges: [`terminal`], [`cli`], [`command`] (what each command does), [`render`] (how its outcome is shown);
//! - effects: [`store`], the only door to the managed directory;
//! - core, pure: [`plan`] (what a change must do), [`route`], [`inventory`] (all files merged),
//!   [`schema`], [`edit`], [`document`], [`rule`], [`name`], [`static_config`], [`settings`];
//! - [`error`], which all of them speak.

pub mod cli;
pub mod command;
pub mod document;
pub mod edit;
pub mod error;
pub mod inventory;
pub mod name;
pub mod plan;
pub mod render;
pub mod route;
pub mod rule;
pub mod schema;
pub mod settings;
pub mod static_config;
pub mod store;
pub mod terminal;
