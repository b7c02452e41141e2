use super::*;
use crate::hash::Coarse;
#[derive(Debug, Default)] pub struct SampleDecoder;
pub struct SampledLuma<'a> { p: &'a [Pixels<'a>] }
impl SampleDecoder { pub fn decode(&mut self, _b: &[u8], _l: &Limits) -> Result<SampledLuma<'_>, Declined> { Err(Declined::Damaged) } }
impl SampledLuma<'_> { pub fn width(&self) -> usize { 0 } pub fn height(&self) -> usize { 0 } pub fn planes(&self) -> impl Iterator<Item=Pixels<'_>> { self.p.iter().copied() } pub fn coarse(&self) -> Coarse<'_> { panic!() } }
#[derive(Debug, Default)] pub struct Decoder;
impl Decoder { pub fn decode(&mut self, b: &[u8], l: &Limits, s: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>) -> Result<Decoded, Reason> { decode(b, l, s) } }
