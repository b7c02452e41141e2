//! Sources, workers, findings.
