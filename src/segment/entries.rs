//! What is known of an entry besides its hashes: bank, id, category, tags.
//!
//! Bank, category and tags together are the entry's *label*. Lists have few distinct ones, so each
//! is stored once.

use crate::hash::{Signal, Signals};
use crate::{Error, Result};

/// An entry to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// The bank that it joins; made if there is none of that name.
    pub bank: &'a str,
    /// Its id at the source.
    pub id: &'a str,
    /// The source's category.
    pub category: Option<&'a str>,
    /// The source's tags.
    pub tags: &'a [String],
    /// Its hashes; at least one.
    pub signals: Signals,
}

/// What the index says of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The bank.
    pub bank: &'a str,
    /// The id at its source.
    pub id: &'a str,
    /// The category, if one was given.
    pub category: Option<&'a str>,
    /// The tags.
    pub tags: Vec<&'a str>,
}

/// The bit of each signal that an entry has, by its place in [`Signal::ALL`].
pub(super) fn signal_bits(signals: &Signals) -> u32 {
    signals.iter().map(|(signal, _)| signal_bit(signal)).sum()
}

/// The bit of one signal.
pub(super) const fn signal_bit(signal: Signal) -> u32 {
    1 << signal as u32
}

/// A label's parts, each behind its length: bank, number of categories (0 or 1), category, tags.
pub(super) fn encode_label(new: &NewEntry<'_>) -> Result<Vec<u8>> {
    let mut label = Vec::with_capacity(new.bank.len() + 16);
    let mut put = |text: &str| {
        let len = u16::try_from(text.len())
            .map_err(|_| Error::TooLarge { what: "bytes of a name", limit: u64::from(u16::MAX) })?;
        label.extend_from_slice(&len.to_le_bytes());
        label.extend_from_slice(text.as_bytes());
        Ok(())
    };
    put(new.bank)?;
    put(if new.category.is_some() { "1" } else { "" })?;
    if let Some(category) = new.category {
        put(category)?;
    }
    new.tags.iter().try_for_each(|tag| put(tag))?;
    Ok(label)
}

/// The parts of a label: bank, category, tags. `None` if it is malformed.
pub(super) fn decode_label(mut label: &[u8]) -> Option<(&str, Option<&str>, Vec<&str>)> {
    let mut take = || {
        let (len, rest) = label.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
        label = rest;
        std::str::from_utf8(text).ok()
    };
    let bank = take()?;
    let category = if take()?.is_empty() { None } else { Some(take()?) };
    let mut tags = Vec::new();
    while let Some(tag) = take() {
        tags.push(tag);
    }
    label.is_empty().then_some((bank, category, tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_come_back_as_they_were() {
        let tags = ["".to_owned(), "a b".to_owned(), "\u{e9}".repeat(300)];
        for (category, tags) in [(None, &tags[..0]), (Some(""), &tags[..1]), (Some("A1"), &tags)] {
            let new = NewEntry { bank: "B", id: "", category, tags, signals: Signals::default() };
            let label = encode_label(&new).unwrap();
            let (bank, back, names) = decode_label(&label).unwrap();
            assert_eq!((bank, back, names), ("B", category, tags.iter().map(|t| &**t).collect()));
            for cut in 1..label.len() {
                // A cut may fall between two tags; it must never panic.
                let _ = decode_label(&label[..cut]);
            }
        }
        let long = "x".repeat(70_000);
        let new = NewEntry {
            bank: &long,
            id: "",
            category: None,
            tags: &[],
            signals: Signals::default(),
        };
        assert!(encode_label(&new).is_err());
    }
}
