//! measure
#![allow(unsafe_code, clippy::all, missing_docs)]
use sha2::Digest as _;
use std::hint::black_box;
use std::ops::ControlFlow;
use tutela::hash::{Digester, Digests, Hasher, Prescale, Signal, Wanted, digest_many};
use tutela::media::{Decoder, Limits, decode};
fn cpu() -> f64 {
    let mut t: libc::timespec = unsafe { std::mem::zeroed() };
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}
fn time(n: usize, mut f: impl FnMut()) -> f64 {
    f();
    let mut v = vec![];
    for _ in 0..n {
        let t = cpu();
        f();
        v.push(cpu() - t);
    }
    v.sort_by(f64::total_cmp);
    v[n / 2]
}
fn main() {
    let mut args = std::env::args().skip(1);
    if args.len() == 0 {
        let files: Vec<Vec<u8>> = (0..8_usize)
            .map(|f| (0..250_000 + 1000 * f).map(|at| (at * (f + 7) % 251) as u8).collect())
            .collect();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let bytes: usize = files.iter().map(|f| f.len()).sum();
        for (name, wanted) in [
            ("md5", Wanted::of(Signal::Md5)),
            ("sha1+sha256", Wanted::of(Signal::Sha1).with(Signal::Sha256)),
            ("all", Wanted::DIGESTS),
        ] {
            for n in [1, 2, 3, 4, 8] {
                let b: usize = files[..n].iter().map(|f| f.len()).sum();
                let t = time(31, || {
                    for _ in 0..8 {
                        let mut out = [Digests::default(); 8];
                        digest_many(black_box(&files[..n]), wanted, &mut out[..n]);
                        black_box(out);
                    }
                });
                println!("{name} of {n}: {:.0} MB/s", b as f64 * 8.0 / t / 1e6);
            }
            let t = time(31, || {
                for f in &files {
                    let mut d = Digester::new(wanted);
                    for p in f.chunks(65536) {
                        d.update(p)
                    }
                    black_box(d.finish());
                }
            });
            println!("{name} stream: {:.0} MB/s", bytes as f64 / t / 1e6);
        }
        let t = time(31, || {
            for f in &files {
                black_box(md5::Md5::digest(f));
            }
        });
        println!("md5 crate: {:.0} MB/s", bytes as f64 / t / 1e6);
        let t = time(31, || {
            for f in &files {
                let (mut a, mut b, mut c) =
                    (md5::Md5::new(), sha1::Sha1::new(), sha2::Sha256::new());
                for p in f.chunks(16384) {
                    a.update(p);
                    b.update(p);
                    c.update(p);
                }
                black_box((a.finalize(), b.finalize(), c.finalize()));
            }
        });
        println!("all crates: {:.0} MB/s", bytes as f64 / t / 1e6);
        return;
    }
    let mut limits = Limits::default();
    limits.max_total_pixels = u64::MAX;
    let mut hasher = Hasher::new();
    let mut dec = Decoder::new();
    for path in args.by_ref() {
        let bytes = std::fs::read(&path).unwrap();
        let n = if path.contains("2mp") { 15 } else { 61 };
        let ours = time(n, || {
            let mut sum = 0;
            let r = dec.decode(&bytes, &limits, &mut |f| {
                sum += f.pixels.data().len();
                ControlFlow::Continue(())
            });
            black_box((sum, r.unwrap().frames));
        });
        let mut k = 0;
        decode(&bytes, &limits, &mut |_| {
            k += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
        let first = time(n, || {
            black_box(
                decode(&bytes, &limits, &mut |f| {
                    black_box(hasher.hash(f.pixels, Prescale::Tool));
                    ControlFlow::Break(())
                })
                .unwrap(),
            );
        });
        let img = time(n, || {
            black_box(image::load_from_memory(&bytes).unwrap().into_rgb8());
        });
        println!(
            "{:24} ours {:7.3} ms ({k} renderings)  first+hash {:7.3}  image {:7.3} ms",
            path.rsplit('/').next().unwrap(),
            ours * 1e3,
            first * 1e3,
            img * 1e3
        );
    }
}
