//! Agents that register themselves: what they are given, what they are refused, and what clients then reach.

mod abuse;
mod api;
mod compat;
mod crash;
mod crowd;
mod disk;
mod front;
mod join;
mod office;
