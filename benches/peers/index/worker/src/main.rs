//! `peers-worker make KIND COUNT SEED HASHES QUERIES` writes data; `peers-worker serve PEER`
//! answers requests, one JSON object a line: see `serve.rs`.

mod data;
mod peers;
mod serve;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["make", kind, count, seed, hashes, queries] => {
            let (count, seed) = (count.parse()?, seed.parse()?);
            data::make(kind, count, seed, [hashes, queries].map(Path::new))
        }
        ["serve", peer] => serve::serve(peers::named(peer).ok_or("no such peer")?),
        _ => Err("usage: make KIND COUNT SEED HASHES QUERIES, or serve PEER".into()),
    }
}
