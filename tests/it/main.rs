//! What users rely on: the command line by the real binary, the library through its public names.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Helpers: folders, pictures, lists, runs of the command.
mod support;

/// Three accuracies, one verdict.
mod accuracy;
/// Usage, help, exit statuses, `hash`, `match`, `completions`.
mod cli;
/// PDQ against the reference implementation.
mod golden;
/// Importing, removing, compacting, checking; two writers.
mod index;
/// Signals, closed pipes, sizes.
mod lifecycle;
/// What matches, and how that is told.
mod matching;
/// Pictures of every kind: colours, frames, damage, limits.
mod media;
/// Banks that allow, switched-off entries, review, floods.
mod policies;
/// What copies are found, by edit and effort, and what is not taken for a copy.
mod quality;
/// Findings: fields, verdicts, order.
mod scan;
/// What is in folders besides pictures.
mod sources;
/// Framed, captioned, mounted, inverted, cut and turned copies.
mod views;
