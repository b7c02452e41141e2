//! The searches themselves.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use mih_rs::Index as MihIndex;
use tutela::hamming::{Kernel, Near};
use tutela::hash::{Hash256, Radius, Signals};
use tutela::index::{Format, Index, IndexWriter, NewEntry, Searcher};

pub(crate) type Hash = [u8; 32];
type Failure = Box<dyn std::error::Error>;

/// The greatest distance that is a match.
const RADIUS: u32 = 31;

/// Something that finds all hashes near another.
pub(crate) trait Peer: Send {
    /// Builds from hashes; saves to the folder where it can be saved.
    fn build(&mut self, hashes: &[Hash], dir: &Path) -> Result<(), Failure>;
    /// Opens what was saved; false if it cannot be.
    fn open(&mut self, dir: &Path) -> Result<bool, Failure>;
    /// The rows within the radius.
    fn near(&mut self, query: &Hash, rows: &mut Vec<u32>);
    /// How many rows all queries find together, on the threads of the rayon pool.
    fn near_many(&mut self, queries: &[Hash]) -> usize;
}

pub(crate) fn named(name: &str) -> Option<Box<dyn Peer>> {
    Some(match name {
        "tutela" => Box::new(Tutela { format: Format::Full, searcher: None }),
        "tutela-lean" => Box::new(Tutela { format: Format::Lean, searcher: None }),
        "mih-rs" => Box::new(Mih::default()),
        "brute-force" => Box::new(Brute::default()),
        _ => return None,
    })
}

struct Tutela {
    format: Format,
    searcher: Option<Searcher>,
}

impl Peer for Tutela {
    fn build(&mut self, hashes: &[Hash], dir: &Path) -> Result<(), Failure> {
        let mut writer = IndexWriter::open_or_create(dir)?;
        writer.set_format(self.format);
        for (row, hash) in hashes.iter().enumerate() {
            let pdq = Some(Hash256::from_bytes(*hash));
            let signals = Signals { pdq, ..Signals::default() };
            let id = row.to_string();
            writer.add(&NewEntry { bank: "B", id: &id, category: None, tags: &[], signals })?;
        }
        writer.commit(&AtomicBool::new(false))?;
        Ok(())
    }

    fn open(&mut self, dir: &Path) -> Result<bool, Failure> {
        let index = Index::open(dir)?;
        self.searcher = Some(index.searcher().in_parallel());
        Ok(true)
    }

    fn near(&mut self, query: &Hash, rows: &mut Vec<u32>) {
        let Some(searcher) = &mut self.searcher else { return };
        let hits = searcher.within(&Hash256::from_bytes(*query), Radius::default());
        for hit in hits.expect("an undamaged index") {
            let id = searcher.entry(hit.entry).expect("an undamaged index").id;
            rows.push(id.parse().expect("a number"));
        }
    }

    fn near_many(&mut self, queries: &[Hash]) -> usize {
        let Some(searcher) = &mut self.searcher else { return 0 };
        let queries: Vec<_> = queries.iter().map(|hash| Hash256::from_bytes(*hash)).collect();
        let answers = searcher.within_many(&queries, Radius::default());
        answers.expect("an undamaged index").iter().map(Vec::len).sum()
    }
}

/// Four indexes of 64-bit words: of two hashes within 31 bits, one word is within 7.
#[derive(Default)]
struct Mih {
    hashes: Vec<Hash>,
    words: Vec<MihIndex<u64>>,
}

impl Mih {
    fn word(hash: &Hash, number: usize) -> u64 {
        u64::from_le_bytes(hash.as_chunks::<8>().0[number])
    }
}

impl Peer for Mih {
    fn build(&mut self, hashes: &[Hash], dir: &Path) -> Result<(), Failure> {
        self.hashes = hashes.to_vec();
        for number in 0..4 {
            let words = hashes.iter().map(|hash| Self::word(hash, number)).collect();
            let index = MihIndex::new(words).map_err(|error| error.to_string())?;
            let to = std::fs::File::create(dir.join(format!("{number}.mih")))?;
            index.serialize_into(std::io::BufWriter::new(to)).map_err(|error| error.to_string())?;
        }
        Ok(std::fs::write(dir.join("hashes"), hashes.as_flattened())?)
    }

    fn open(&mut self, dir: &Path) -> Result<bool, Failure> {
        self.hashes = std::fs::read(dir.join("hashes"))?.as_chunks::<32>().0.to_vec();
        self.words.clear();
        for number in 0..4 {
            let from = std::fs::File::open(dir.join(format!("{number}.mih")))?;
            let index = MihIndex::deserialize_from(std::io::BufReader::new(from));
            self.words.push(index.map_err(|error| error.to_string())?);
        }
        Ok(true)
    }

    fn near(&mut self, query: &Hash, rows: &mut Vec<u32>) {
        let hashes = &self.hashes;
        let wanted = Hash256::from_bytes(*query);
        for (number, index) in self.words.iter().enumerate() {
            let mut searcher = index.range_searcher();
            let near = searcher.run(Self::word(query, number), RADIUS as usize / 4);
            let verified = near.iter().filter(|row| {
                Hash256::from_bytes(hashes[**row as usize]).distance(&wanted) <= RADIUS
            });
            rows.extend(verified);
        }
        rows.sort_unstable();
        rows.dedup();
    }

    fn near_many(&mut self, queries: &[Hash]) -> usize {
        let mut rows = Vec::new();
        let mut found = 0;
        for query in queries {
            rows.clear();
            self.near(query, &mut rows);
            found += rows.len();
        }
        found
    }
}

/// All hashes compared by the project's own kernel.
#[derive(Default)]
struct Brute {
    hashes: Vec<Hash>,
    near: Vec<Near>,
}

impl Peer for Brute {
    fn build(&mut self, hashes: &[Hash], dir: &Path) -> Result<(), Failure> {
        Ok(std::fs::write(dir.join("hashes"), hashes.as_flattened())?)
    }

    fn open(&mut self, dir: &Path) -> Result<bool, Failure> {
        self.hashes = std::fs::read(dir.join("hashes"))?.as_chunks::<32>().0.to_vec();
        Ok(true)
    }

    fn near(&mut self, query: &Hash, rows: &mut Vec<u32>) {
        self.near.clear();
        Kernel::detect().scan(&self.hashes, query, RADIUS, &mut self.near);
        rows.extend(self.near.iter().map(|near| near.row));
    }

    fn near_many(&mut self, queries: &[Hash]) -> usize {
        let kernel = Kernel::detect();
        let mut found = 0;
        // Rows that stay in the first cache meet all queries before the next ones do.
        for rows in self.hashes.chunks(512) {
            for query in queries {
                self.near.clear();
                kernel.scan(rows, query, RADIUS, &mut self.near);
                found += self.near.len();
            }
        }
        found
    }
}
