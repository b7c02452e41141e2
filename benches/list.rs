//! How long does a list of 100,000 entries take to read, by format?

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use tutela::list::{Format, Reader};

const ENTRIES: usize = 100_000;

/// A list of entries, each written from its number, PDQ and MD5.
fn list(header: &str, write: impl Fn(&mut String, usize, &str, &str)) -> Vec<u8> {
    let mut random = SmallRng::seed_from_u64(1);
    let mut text = header.to_owned();
    for number in 0..ENTRIES {
        let mut bytes = [0; 48];
        random.fill_bytes(&mut bytes);
        let digits = bytes.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        write(&mut text, number, &digits[..64], &digits[64..]);
        text.push('\n');
    }
    text.into_bytes()
}

fn lists() -> [(&'static str, Format, Vec<u8>); 5] {
    [
        (
            "csv",
            Format::Csv,
            list("pdq,md5,id,category,tags\n", |text, number, pdq, md5| {
                let _ = write!(text, "{pdq},{md5},T-{number},A1,a;b");
            }),
        ),
        (
            "csv in quotes",
            Format::Csv,
            list("\"pdq\",\"md5\",\"id\"\n", |text, number, pdq, md5| {
                let _ = write!(text, "\"{pdq}\",\"{md5}\",\"T-{number}\"");
            }),
        ),
        ("hex", Format::Hex, list("", |text, _, pdq, _| text.push_str(pdq))),
        (
            "sums",
            Format::Sums,
            list("", |text, number, _, md5| {
                let _ = write!(text, "{md5}  photos/{number}.jpg");
            }),
        ),
        (
            "jsonl",
            Format::JsonLines,
            list("", |text, number, pdq, md5| {
                let _ = write!(
                    text,
                    r#"{{"pdq":"{pdq}","md5":"{md5}","id":"T-{number}","category":"A1","tags":["a","b"]}}"#
                );
            }),
        ),
    ]
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("list");
    group.throughput(Throughput::Elements(ENTRIES as u64));
    for (name, format, text) in lists() {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || text.clone(),
                |text| {
                    let reader = Reader::new(Cursor::new(text), Path::new(name), None)
                        .expect("the list has a known form");
                    assert_eq!(reader.format(), format);
                    let mut entries = 0;
                    for record in reader {
                        black_box(record.expect("each line is good"));
                        entries += 1;
                    }
                    assert_eq!(entries, ENTRIES);
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
