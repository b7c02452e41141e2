//! What is left without bars of text.

use super::rect::{Lines, Rect};
use super::{FLAT, Finder, how_many};

/// The part of a line of a bar with text that is as bright as the bar.
const MOSTLY: f64 = 0.35;
/// Lines in a row of which less is.
const BETWEEN: usize = 4;
/// The part of the picture in which the edge is looked for where a bar seems to end.
const LOOK: usize = 16;

impl Finder<'_> {
    /// Without a bar of one brightness that has something on it, such as text, above or below, or without
    /// both. Where text runs into the picture the bar ends at the next edge.
    pub(super) fn without_text(&self, rect: Rect) -> Vec<Rect> {
        let (low, high) = rect.span(Lines::Rows);
        let far = (high - low) / LOOK;
        let edge = |from: usize, to: usize| {
            let strength = |at: usize| (self.edge(rect, Lines::Rows, at), at);
            let rows = from.max(low + 1)..to.min(high);
            rows.map(strength).max_by(|a, b| a.0.total_cmp(&b.0)).map_or(from, |(_, at)| at)
        };
        let above = low + self.bar(rect, low..high);
        let below = high - self.bar(rect, (low..high).rev());
        let (mut tops, mut ends) = (vec![above], vec![below]);
        if above > low {
            tops.push(edge(above, above + far));
        }
        if below < high {
            ends.push(edge((below + 1).saturating_sub(far), below + 1));
        }
        let mut found = Vec::new();
        for (tops, ends) in [(&tops[..], &[high][..]), (&[low], &ends), (&tops[..1], &ends[..1])] {
            for (&top, &bottom) in
                tops.iter().flat_map(|top| ends.iter().map(move |end| (top, end)))
            {
                if top < bottom {
                    let rect = rect.only(Lines::Rows, (top, bottom));
                    found.extend([rect, self.trim(rect)]);
                }
            }
        }
        found
    }

    /// How many of these rows, from the first on, are for the most part as bright as the first, which
    /// is uniform. A few others may be between them: lines of text.
    fn bar(&self, rect: Rect, rows: impl Iterator<Item = usize>) -> usize {
        let mut shade = None;
        let (mut count, mut others) = (0, 0);
        for (number, at) in rows.enumerate() {
            let first = shade.is_none();
            shade = shade.or_else(|| self.flat(rect, Lines::Rows, at));
            let Some(shade) = shade else { break };
            let like = |sample| i32::abs(i32::from(sample) - shade) <= 2 * i32::from(FLAT);
            let like = how_many(self.line(rect, Lines::Rows, at), like);
            if first || like as f64 >= MOSTLY * rect.width() as f64 {
                (count, others) = (number + 1, 0);
            } else {
                others += 1;
                if others >= BETWEEN {
                    break;
                }
            }
        }
        count
    }
}
