use super::*;

#[derive(Debug, Default)]
pub struct Decoder;
impl Decoder {
    pub fn decode(
        &mut self,
        b: &[u8],
        l: &Limits,
        s: &mut dyn FnMut(Frame<'_>) -> ControlFlow<()>,
    ) -> Result<Decoded, Reason> {
        decode(b, l, s)
    }
}
