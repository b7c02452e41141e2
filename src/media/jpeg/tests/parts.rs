//! What is kept where parts of a picture are looked at.

use super::*;

type Both = (Vec<f32>, Vec<f32>, Option<f32>);

fn both(mut decoder: CoarseDecoder, file: &[u8]) -> Both {
    let mut found = None;
    decoder.decode(&[file], &Limits::default(), &mut |_, result| {
        let luma = result.unwrap();
        found = Some((luma.coarse.data().to_vec(), luma.parts.data().to_vec(), luma.left_out));
    });
    found.unwrap()
}

#[test]
fn parts_are_kept_beside_what_the_whole_is_hashed_from() {
    for (side, kept) in [(1030, 2), (600, 4)] {
        for quality in [20, 97] {
            let coding = Coding { quality, sampling: Sampling::F_2_2, ..PLAIN };
            let file = file(3, side + 5, side, coding);
            let (coarse, none, left_out) = both(CoarseDecoder::default(), &file);
            let (few, parts, also_left_out) = both(CoarseDecoder::for_parts(), &file);
            assert_eq!(few, coarse);
            assert_eq!(none, coarse);
            assert_eq!(also_left_out, left_out);
            let (mut all, ..) = both(CoarseDecoder::with_kept(kept).unwrap(), &file);
            if kept == 2 {
                let columns = usize::from(side + 5).div_ceil(8) * 2;
                let rows = all.chunks_exact_mut(columns).skip(1).step_by(2);
                rows.for_each(|row| row.iter_mut().skip(1).step_by(2).for_each(|both| *both = 0.0));
            }
            assert!(parts == all, "{side}, {quality}");
        }
    }
}
