//! The contract of the command line, tested with the real binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Helpers: folders, pictures, lists, runs of the command.
mod support;

/// Usage, help, exit statuses, `hash`, `match`, `completions`.
mod cli;
/// Importing, removing, compacting, checking; two writers.
mod index;
/// Signals, closed pipes, sizes.
mod lifecycle;
/// What matches, and how that is told.
mod matching;
/// Findings: fields, verdicts, order.
mod scan;
/// What is in folders besides pictures.
mod sources;
