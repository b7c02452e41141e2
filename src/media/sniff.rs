//! Tells what a file is by its first bytes, whatever it is called.

use super::{Format, Reason};

/// Bytes of a file that [`sniff`] looks at; handing over more changes nothing.
pub const SNIFF_BYTES: usize = 512;

/// Tells the format by the first bytes, at best [`SNIFF_BYTES`] of them.
///
/// # Errors
/// [`Undecodable`](super::ReasonCode::Undecodable) for an empty file, else
/// [`Unsupported`](super::ReasonCode::Unsupported) with what the file looks like instead.
///
/// ```
/// use tutela::media::{Format, sniff};
///
/// assert_eq!(sniff(b"GIF89a").ok(), Some(Format::Gif));
/// assert_eq!(sniff(b"%PDF-1.7").unwrap_err().detail, "PDF document");
/// ```
pub fn sniff(head: &[u8]) -> Result<Format, Reason> {
    if head.is_empty() {
        return Err(Reason::undecodable("the file is empty"));
    }
    match head {
        [0xFF, 0xD8, 0xFF, ..] => Ok(Format::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Format::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Format::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Format::WebP),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(Format::Tiff),
        _ if is_bitmap(head) => Ok(Format::Bmp),
        _ => Err(Reason::unsupported(looks_like(head))),
    }
}

/// "BM" alone begins many a text: the size of the second header must be a plausible one as well.
fn is_bitmap(head: &[u8]) -> bool {
    let size = head.get(14..18).and_then(|size| size.try_into().ok());
    head.starts_with(b"BM")
        && size.is_some_and(|size| (12..=124).contains(&u32::from_le_bytes(size)))
}

/// First bytes, and what a person calls the files that begin with them.
const KNOWN: [(&[u8], &str); 38] = [
    (b"%PDF", "PDF document"),
    (b"%!PS", "PostScript document"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"Rar!\x1A\x07", "RAR archive"),
    (b"7z\xBC\xAF\x27\x1C", "7-Zip archive"),
    (b"\x1F\x8B", "gzip archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xFD7zXZ\0", "xz archive"),
    (b"\x28\xB5\x2F\xFD", "Zstandard archive"),
    (b"\x1A\x45\xDF\xA3", "Matroska or WebM video"),
    (b"\0\0\x01\xBA", "MPEG video"),
    (b"\0\0\x01\xB3", "MPEG video"),
    (b"FLV\x01", "Flash video"),
    (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media video"),
    (b"OggS", "Ogg audio or video"),
    (b"ID3", "MP3 audio"),
    (b"fLaC", "FLAC audio"),
    (b"\xFF\x0A", "JPEG XL picture"),
    (b"\0\0\0\x0CJXL ", "JPEG XL picture"),
    (b"\0\0\0\x0CjP  ", "JPEG 2000 picture"),
    (b"\xFF\x4F\xFF\x51", "JPEG 2000 picture"),
    (b"8BPS", "Photoshop picture"),
    (b"\0\0\x01\0", "Windows icon"),
    (b"\0\0\x02\0", "Windows cursor"),
    (b"icns", "Apple icon"),
    (b"\x76\x2F\x31\x01", "OpenEXR picture"),
    (b"#?RADIANCE", "Radiance HDR picture"),
    (b"qoif", "QOI picture"),
    (b"DDS ", "DirectDraw picture"),
    (b"farbfeld", "farbfeld picture"),
    (b"gimp xcf", "GIMP picture"),
    (b"<svg", "SVG picture"),
    (b"<?xml", "XML document"),
    (b"<!DOCTYPE", "HTML document"),
    (b"{\\rtf", "RTF document"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Microsoft Office document"),
    (b"SQLite format 3\0", "SQLite database"),
];

fn looks_like(head: &[u8]) -> &'static str {
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', b1, b2, b3, b4, ..] => {
            return match &[*b1, *b2, *b3, *b4] {
                b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
                    "HEIC picture"
                }
                b"avif" | b"avis" => "AVIF picture",
                b"crx " => "Canon raw picture",
                b"qt  " => "QuickTime video",
                b"M4A " | b"M4B " => "MPEG-4 audio",
                _ => "MP4 video",
            };
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => return "AVI video",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => return "WAV audio",
        [b'P', b'1'..=b'7', b' ' | b'\n' | b'\r' | b'\t', ..] => return "Netpbm picture",
        _ => {}
    }
    if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return name;
    }
    if head.get(257..262) == Some(b"ustar") {
        return "tar archive";
    }
    "plain text or an unknown format"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::ReasonCode;

    #[test]
    fn every_format_is_told_by_its_first_bytes() {
        let mut bitmap = *b"BM................";
        bitmap[14..].copy_from_slice(&40_u32.to_le_bytes());
        let heads: [(&[u8], Format); 9] = [
            (b"\xFF\xD8\xFF\xE0", Format::Jpeg),
            (b"\x89PNG\r\n\x1A\n", Format::Png),
            (b"GIF87a", Format::Gif),
            (b"GIF89a", Format::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", Format::WebP),
            (&bitmap, Format::Bmp),
            (b"II*\0", Format::Tiff),
            (b"MM\0*", Format::Tiff),
            (b"II+\0", Format::Tiff),
        ];
        for (head, format) in heads {
            assert_eq!(sniff(head), Ok(format));
        }
    }

    #[test]
    fn what_is_not_examined_is_named() {
        let mut tar = vec![0; SNIFF_BYTES];
        tar[257..262].copy_from_slice(b"ustar");
        let heads: [(&[u8], &str); 9] = [
            (b"\0\0\0\x18ftypisom", "MP4 video"),
            (b"\0\0\0\x18ftypheic", "HEIC picture"),
            (b"\0\0\0\x18ftypavif", "AVIF picture"),
            (b"%PDF-1.4", "PDF document"),
            (b"PK\x03\x04", "ZIP archive"),
            (b"BMW is a car, not a bitmap", "plain text or an unknown format"),
            (b"RIFF\0\0\0\0AVI ", "AVI video"),
            (&tar, "tar archive"),
            (b"x", "plain text or an unknown format"),
        ];
        for (head, name) in heads {
            let reason = sniff(head).unwrap_err();
            assert_eq!((reason.code, reason.detail.as_str()), (ReasonCode::Unsupported, name));
        }
        assert_eq!(sniff(b"").unwrap_err(), Reason::undecodable("the file is empty"));
    }
}
