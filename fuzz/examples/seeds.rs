//! Writes small JPEG files of every kind for the target `jpeg` to start from:
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds -- fuzz/corpus/jpeg`

use std::path::PathBuf;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor as Sampling};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("the folder to write to")?);
    std::fs::create_dir_all(&folder)?;
    let samplings = [Sampling::F_1_1, Sampling::F_2_1, Sampling::F_1_2, Sampling::F_2_2];
    let sizes = [(8, 8), (17, 40), (40, 9), (33, 33)];
    for number in 0..64_usize {
        let (width, height) = sizes[number % 4];
        let grey = number % 8 > 4;
        let pixels: Vec<u8> = (0..u32::from(width) * u32::from(height) * 3)
            .map(|at| (at * (number as u32 + 3) + at * at / 77) as u8 / (1 + number as u8 % 3))
            .collect();
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, [20, 80, 99][number % 3]);
        encoder.set_sampling_factor(samplings[number / 4 % 4]);
        encoder.set_progressive(number % 5 == 4);
        if number % 5 == 1 {
            encoder.set_restart_interval(1 + number as u16 % 2);
        }
        encoder.set_optimized_huffman_tables(grey && number % 5 != 1);
        let (samples, colours) =
            if grey { (pixels.len() / 3, ColorType::Luma) } else { (pixels.len(), ColorType::Rgb) };
        encoder.encode(&pixels[..samples], width, height, colours)?;
        std::fs::write(folder.join(format!("{number}.jpg")), file)?;
    }
    Ok(())
}
