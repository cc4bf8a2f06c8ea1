//! What Traefik's constructors make of a middleware: built, or refused with these words.

use crate::document::{Ref, Span};
use crate::surroundings::Surroundings;

/// Why Traefik can't build a middleware, a servers transport or TLS options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Traefik's words, as its API shows them for the object and for the routers that reach it.
    pub says: String,
    /// The bytes that are wrong, in the object's own document.
    pub at: Span,
    /// The path of keys there, below the object; empty for the object as a whole.
    pub field: String,
    /// What sort of mistake it is.
    pub kind: BrokenKind,
}

/// What sort of mistake makes an object unbuildable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenKind {
    /// It has no type, or none that this release knows.
    NoType,
    /// It has several types.
    SeveralTypes,
    /// It is of a plugin that the static configuration does not declare.
    UnknownPlugin,
    /// A value that it can't do without is missing or empty.
    Missing,
    /// A value can't be read.
    BadValue,
    /// Values exclude each other.
    Conflict,
    /// A file that it names is missing or can't be used.
    BadFile,
}

/// What is wrong with an HTTP middleware; `name` is as the API has it, `auth@file`. Middlewares and services that it
/// refers to are not looked into.
pub(crate) fn http(_name: &str, _value: Ref<'_>, _surroundings: &Surroundings) -> Result<(), Broken> {
    Ok(())
}

/// What is wrong with a TCP middleware.
pub(crate) fn tcp(_name: &str, _value: Ref<'_>, _surroundings: &Surroundings) -> Result<(), Broken> {
    Ok(())
}

/// What is wrong with TLS options, which disables the routers that use them.
pub(crate) fn tls_options(_name: &str, _value: Ref<'_>, _surroundings: &Surroundings) -> Result<(), Broken> {
    Ok(())
}
