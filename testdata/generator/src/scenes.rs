//! What the pictures show.

use crate::canvas::{Canvas, Colour, mix, scale};
use crate::noise::Noise;

/// Draws a scene, its details chosen by the seed.
pub(crate) type Draw = fn(&mut Canvas, Noise);

/// The kinds of scene with their names.
pub(crate) const SCENES: [(&str, Draw); 8] = [
    ("mountains", mountains),
    ("city", city),
    ("flowers", flowers),
    ("still-life", still_life),
    ("poster", poster),
    ("marble", marble),
    ("market", market),
    ("forest", forest),
];

/// A picture of a scene.
pub(crate) fn picture(draw: Draw, width: i32, height: i32, seed: u64) -> Canvas {
    let mut canvas = Canvas::new(width, height);
    draw(&mut canvas, Noise::new(seed));
    canvas.grain(seed + 1);
    canvas
}

fn mountains(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    canvas.paint_all(|x, y, _| {
        let sky = mix([70, 120, 200], [250, 200, 150], y, height * 2 / 3);
        let cloud = noise.layers(x, y * 2, width / 3, 5) - 110;
        mix(sky, [245, 240, 235], cloud * 2, 160)
    });
    let sun = (noise.pick(0, width), height / 8 + noise.pick(1, height / 5));
    canvas.ellipse(sun, (width / 14, width / 14), [255, 245, 190], 0);
    for ridge in 0..4 {
        let colour = mix([130, 140, 170], [25, 50, 30], ridge, 3);
        let base = height * (35 + ridge * 15) / 100;
        canvas.paint_all(|x, y, old| {
            let rise = noise.layers(x, 1000 * (ridge + 1), width / (3 + ridge), 6);
            let top = base - (rise - 110) * height / 330;
            if y < top {
                return old;
            }
            let rock = noise.layers(x, y, 60, 4) - 128;
            let snow = ridge < 2 && y - top < (rise - 120) / 3;
            scale(if snow { [235, 240, 250] } else { colour }, 256 + rock)
        });
    }
}

fn city(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    canvas.paint_all(|x, y, _| {
        let sky = mix([15, 15, 50], [190, 90, 70], y, height);
        scale(sky, 190 + noise.layers(x, y, width / 4, 4) / 2)
    });
    for house in 0..26 {
        let pick = |n: i32, end| noise.pick(house * 16 + n, end);
        let (left, wide) = (pick(0, width) - width / 20, width / 16 + pick(1, width / 9));
        let top = height / 6 + house * height / 60 + pick(2, height / 3);
        let colour = [30, 32, 40].map(|base| (base + pick(3, 90) * (house + 6) / 30) as u8);
        canvas.rectangle((left, top), (left + wide, height), colour);
        let step = 12 + pick(4, 10);
        for row in 0..(height - top) / step {
            for column in 0..(wide - 6) / step {
                let window = noise.point(house * 1000 + column, row);
                let light: Colour = match window {
                    0..=90 => continue,
                    91..=170 => [250, 215, 130],
                    _ => [70, 80, 110],
                };
                let at = (left + 5 + column * step, top + 6 + row * step);
                canvas.rectangle(at, (at.0 + step - 5, at.1 + step - 4), light);
            }
        }
    }
}

fn flowers(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    canvas.paint_all(|x, y, _| {
        let leaf = noise.layers(x, y, width / 7, 6);
        mix([10, 40, 15], [120, 170, 60], leaf - 60, 130)
    });
    let colours = [
        [230, 60, 90],
        [250, 220, 80],
        [240, 240, 245],
        [150, 80, 200],
    ];
    for flower in 0..22 {
        let pick = |n: i32, end| noise.pick(flower * 16 + n, end);
        let centre = (pick(0, width), pick(1, height));
        let size = width / 40 + pick(2, width / 14);
        let colour = colours[pick(3, 4) as usize];
        for (dx, dy) in [(-8, -5), (8, -5), (-5, 6), (5, 6), (0, -9)] {
            let petal = (centre.0 + dx * size / 10, centre.1 + dy * size / 10);
            canvas.ellipse(petal, (size * 6 / 10, size * 6 / 10), colour, 150);
        }
        canvas.ellipse(centre, (size / 3, size / 3), [110, 70, 20], 120);
    }
}

fn still_life(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    let edge = height * (50 + noise.pick(0, 15)) / 100;
    canvas.paint_all(|x, y, _| {
        if y < edge {
            let wall = mix([60, 70, 80], [150, 140, 120], x, width);
            return scale(wall, 200 + noise.layers(x, y, 150, 4) / 2);
        }
        let fold = noise.layers(x * 2, y - x / 3, width / 4, 3);
        let check = ((x + y / 2) / 45 + (y - edge) / 35) % 2;
        scale([[190, 50, 45], [235, 225, 210]][check as usize], 130 + fold)
    });
    let fruits = [
        [220, 120, 30],
        [190, 30, 30],
        [150, 180, 50],
        [230, 200, 60],
        [90, 40, 90],
    ];
    for fruit in 0..9 {
        let pick = |n: i32, end| noise.pick(fruit * 16 + n + 1, end);
        let size = width / 18 + pick(0, width / 10);
        let at = (
            width / 10 + pick(1, width * 8 / 10),
            edge - size / 3 + pick(2, height / 4),
        );
        canvas.ellipse(
            (at.0 + size / 3, at.1 + size * 3 / 4),
            (size * 11 / 10, size / 3),
            [45, 25, 25],
            0,
        );
        canvas.ellipse(at, (size, size * 9 / 10), fruits[pick(3, 5) as usize], 400);
    }
}

fn poster(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    let inks = [
        [20, 60, 120],
        [220, 80, 40],
        [240, 200, 60],
        [30, 120, 90],
        [235, 235, 225],
    ];
    let ink = |n: i32| inks[noise.pick(n, 5) as usize];
    canvas.paint_all(|x, y, _| {
        let band = (x * 3 + y * (2 + noise.pick(0, 4))) / (width / 2);
        scale(
            inks[(band + noise.pick(1, 5)).rem_euclid(5) as usize],
            220 + noise.layers(x, y, 80, 3) / 6,
        )
    });
    for blob in 0..7 {
        let pick = |n: i32, end| noise.pick(blob * 8 + n + 10, end);
        let radius = (
            width / 20 + pick(0, width / 8),
            height / 20 + pick(1, height / 6),
        );
        canvas.ellipse(
            (pick(2, width), pick(3, height)),
            radius,
            ink(blob + 80),
            100,
        );
    }
    let words = [
        "OPEN AIR",
        "SUMMER",
        "THE GREAT",
        "CONCERT",
        "20 MAY",
        "TICKETS 7",
        "GARDENS",
    ];
    for line in 0..4 {
        let word = words[noise.pick(line + 100, 7) as usize];
        let size = width * (5 + noise.pick(line + 110, 4)) / 40 / word.len() as i32;
        let at = (
            width / 16 + noise.pick(line + 120, width / 5),
            height * (1 + line * 4) / 17,
        );
        canvas.text((at.0 + 4, at.1 + 4), size, word, [20, 20, 25]);
        canvas.text(at, size, word, ink(line + 130));
    }
}

fn marble(canvas: &mut Canvas, noise: Noise) {
    let width = canvas.width;
    let other = Noise::new(noise.pick(0, 1 << 20) as u64);
    let stones: [Colour; 4] = [[225, 215, 200], [120, 60, 50], [40, 70, 80], [200, 160, 90]];
    canvas.paint_all(|x, y, _| {
        // Noise at places that noise has moved: folds and veins.
        let u = x + (noise.layers(x, y, width / 4, 4) - 128) * 2;
        let v = y + (other.layers(x, y, width / 5, 4) - 128) * 2;
        let value = noise.layers(u, v, width / 5, 5) * 4;
        let vein = (value % 256 - 128).abs();
        let stone = stones[(value / 256 % 4) as usize];
        mix([250, 248, 240], stone, vein * 2, 200)
    });
}

fn market(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    canvas.paint_all(|x, y, _| {
        let ground = mix([170, 165, 160], [90, 80, 75], y, height);
        scale(ground, 180 + noise.layers(x, y, 90, 5) / 2)
    });
    for stall in 0..12 {
        let pick = |n: i32, end| noise.pick(stall * 16 + n, end);
        let (wide, high) = (
            width / 7 + pick(0, width / 7),
            height / 6 + pick(1, height / 6),
        );
        let (left, top) = (
            pick(2, width) - wide / 2,
            stall * height / 14 - height / 20 + pick(3, height / 9),
        );
        let cloth: Colour = [
            pick(4, 200) as u8 + 55,
            pick(5, 200) as u8 + 30,
            pick(6, 200) as u8 + 20,
        ];
        let stripe = 10 + pick(7, 20);
        canvas.rectangle(
            (left + 8, top + high / 2),
            (left + wide - 8, top + high * 3 / 2),
            [50, 40, 35],
        );
        canvas.paint((left, top), (left + wide, top + high * 2 / 3), |x, y, _| {
            let colour = if (x - left) / stripe % 2 == 0 {
                cloth
            } else {
                [240, 236, 225]
            };
            scale(colour, 256 - (y - top) * 110 / high)
        });
        for good in 0..wide / 16 {
            let colour = [220, 120 + pick(8 + good % 4, 120) as u8, 40];
            let at = (
                left + 12 + good * 16,
                top + high + noise.point(good, stall) / 16,
            );
            canvas.ellipse(at, (9, 9), colour, 260);
        }
    }
}

fn forest(canvas: &mut Canvas, noise: Noise) {
    let (width, height) = (canvas.width, canvas.height);
    let light = noise.pick(0, width);
    canvas.paint_all(|x, y, _| {
        let glow = 256 - (x - light).abs() * 256 / width;
        let leaves = noise.layers(x, y, width / 6, 6) - 70;
        scale(
            mix([20, 50, 30], [225, 235, 150], leaves + y * 30 / height, 140),
            90 + glow,
        )
    });
    for tree in 0..17 {
        let pick = |n: i32, end| noise.pick(tree * 16 + n + 1, end);
        let wide = width / 70 + tree * width / 500 + pick(0, width / 40);
        let (foot, lean) = (pick(1, width), pick(2, 41) - 20);
        let end = height * (60 + tree * 2 + pick(3, 8)) / 100;
        canvas.paint_all(|x, y, old| {
            let across = x - foot - (end - y) * lean / 200;
            if y > end || across.abs() > wide {
                return old;
            }
            let bark = noise.layers(across * 4, y, 40, 4) - 100;
            let side = 200 - across * 110 / wide.max(1);
            scale([95, 70, 50], (side + bark) * (tree + 8) / 20)
        });
    }
}
