//! WebP by libwebp, its authors' own library in C, for the speed of it.
//!
//! The one place outside `hamming` with `unsafe`: calls of a library that reads hostile bytes. Hence
//! the feature that has to be asked for.

use std::ffi::c_int;

use libwebp_sys::{WebPDecodeRGBAInto, WebPDecodeRGBInto};

type Decode = unsafe extern "C" fn(*const u8, usize, *mut u8, usize, c_int) -> *mut u8;

/// Decodes a file with one picture into `out`, in rows of `stride` bytes; tells whether it could. If
/// not, `out` may hold a part of it.
pub(super) fn decode(file: &[u8], stride: usize, channels: usize, out: &mut [u8]) -> bool {
    let decode: Decode = match channels {
        3 => WebPDecodeRGBInto,
        4 => WebPDecodeRGBAInto,
        _ => return false,
    };
    let Ok(stride) = c_int::try_from(stride) else {
        return false;
    };
    #[expect(unsafe_code, reason = "a library in C")]
    // SAFETY: The pointers and lengths are those of two slices that do not overlap. The function
    // reads within the first, writes within the second, fails if the picture does not fit into it
    // with that stride, and keeps neither.
    let end = unsafe { decode(file.as_ptr(), file.len(), out.as_mut_ptr(), out.len(), stride) };
    !end.is_null()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageDecoder;
    use image::codecs::webp::WebPDecoder;
    use libwebp_sys::{
        WebPEncodeLosslessRGB, WebPEncodeLosslessRGBA, WebPEncodeRGB, WebPEncodeRGBA, WebPFree,
    };

    use super::*;

    #[expect(unsafe_code, reason = "a library in C")]
    fn encoded(width: i32, height: i32, pixels: &[u8], quality: Option<f32>) -> Vec<u8> {
        let channels = i32::try_from(pixels.len()).unwrap() / (width * height);
        let stride = width * channels;
        let (pixels, mut file) = (pixels.as_ptr(), std::ptr::null_mut());
        let to = &raw mut file;
        // SAFETY: the pixels have these sides; the file is read within its length and freed once.
        unsafe {
            let length = match (channels, quality) {
                (3, Some(quality)) => WebPEncodeRGB(pixels, width, height, stride, quality, to),
                (_, Some(quality)) => WebPEncodeRGBA(pixels, width, height, stride, quality, to),
                (3, None) => WebPEncodeLosslessRGB(pixels, width, height, stride, to),
                (_, None) => WebPEncodeLosslessRGBA(pixels, width, height, stride, to),
            };
            let copy = std::slice::from_raw_parts(file, length).to_vec();
            WebPFree(file.cast());
            copy
        }
    }

    /// Soft shapes and grain in every channel.
    #[expect(clippy::cast_possible_truncation, reason = "a remainder of small numbers")]
    fn pixels(width: i32, height: i32, channels: i32) -> Vec<u8> {
        let mut pixels = Vec::new();
        for at in 0..width * height {
            let (x, y) = (at % width, at / width);
            for channel in 0..channels {
                let grain = (at * 7919 + channel * 31) % 23;
                pixels.push(((x * (3 + channel) + y * 2 + x * y / 9) % 233 + grain) as u8);
            }
        }
        pixels
    }

    #[test]
    fn pixels_equal_those_of_the_other_decoder() {
        let sizes = [(1, 1), (2, 3), (15, 17), (16, 16), (33, 31), (130, 67), (301, 200)];
        for (width, height) in sizes {
            for channels in [3, 4] {
                for quality in [Some(0.0), Some(30.0), Some(75.0), Some(100.0), None] {
                    let file = encoded(width, height, &pixels(width, height, channels), quality);
                    let other = WebPDecoder::new(Cursor::new(&file)).unwrap();
                    let channels = usize::from(other.color_type().channel_count());
                    let mut expected = vec![0; usize::try_from(other.total_bytes()).unwrap()];
                    other.read_image(&mut expected).unwrap();
                    let mut out = vec![7; expected.len()];
                    assert!(decode(&file, width as usize * channels, channels, &mut out));
                    let off = out.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
                    assert_eq!(off, Some(0), "{width} x {height} x {channels}, {quality:?}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_or_is_cut_off_is_refused() {
        let file = encoded(33, 31, &pixels(33, 31, 3), Some(75.0));
        let mut out = vec![0; 33 * 31 * 3];
        assert!(decode(&file, 99, 3, &mut out));
        assert!(!decode(&file, 98, 3, &mut out));
        assert!(!decode(&file, 99, 3, &mut out[1..]));
        assert!(!decode(&file, 99, 2, &mut out));
        assert!(!decode(&file, usize::MAX, 3, &mut out));
        for length in 0..file.len() - 2 {
            assert!(!decode(&file[..length], 99, 3, &mut out), "{length} bytes");
        }
    }
}
