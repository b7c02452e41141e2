//! Lines of a stream, with numbers, in bounded memory.

use std::io::{self, BufRead, BufReader, Cursor, Read};

/// The longest line that is read, in bytes.
pub(super) const LINE_LIMIT: usize = 1 << 20;

/// How much is asked of the system at once.
const BUFFER: usize = 1 << 18;

/// What [`Lines::append`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A whole line.
    Line,
    /// The first [`LINE_LIMIT`] bytes of a longer line; the others are still to come.
    Cut,
    /// Nothing: the stream has ended.
    End,
}

/// A stream of lines from which some can be taken back.
pub(super) struct Lines {
    /// Bytes taken back; they come before those of `input`.
    again: Cursor<Vec<u8>>,
    input: Box<dyn BufRead + Send>,
    number: u64,
}

impl Lines {
    pub(super) fn new(input: impl Read + Send + 'static) -> Self {
        Self {
            again: Cursor::default(),
            input: Box::new(BufReader::with_capacity(BUFFER, input)),
            number: 0,
        }
    }

    /// The number of the line that was read last, counted from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Appends the next line and its newline, if it has one, to `text`.
    pub(super) fn append(&mut self, text: &mut Vec<u8>) -> io::Result<Step> {
        let limit = LINE_LIMIT as u64;
        let before = text.len();
        (&mut self.again).take(limit).read_until(b'\n', text)?;
        let mut line = text.get(before..).unwrap_or_default();
        if !line.ends_with(b"\n") {
            let room = limit - line.len() as u64;
            (&mut self.input).take(room).read_until(b'\n', text)?;
            line = text.get(before..).unwrap_or_default();
        }
        if line.is_empty() {
            return Ok(Step::End);
        }
        self.number += 1;
        if line.ends_with(b"\n") || line.len() < LINE_LIMIT {
            Ok(Step::Line)
        } else {
            Ok(Step::Cut)
        }
    }

    /// Fills `record` with the next bytes; how many there were, if the stream ends before it is full.
    pub(super) fn fill(&mut self, record: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(room) = record.get_mut(filled..).filter(|room| !room.is_empty()) {
            match (&mut self.again).chain(&mut self.input).read(room) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.number += u64::from(filled > 0);
        Ok(filled)
    }

    /// Passes over the rest of a line that was [`Step::Cut`].
    pub(super) fn skip_line(&mut self) -> io::Result<()> {
        let mut rest = Vec::new();
        self.again.read_until(b'\n', &mut rest)?;
        if !rest.ends_with(b"\n") {
            self.input.skip_until(b'\n')?;
        }
        Ok(())
    }

    /// Takes back `rest`, which must be what was appended last: whole lines, or the start of one.
    pub(super) fn rewind(&mut self, rest: &[u8]) {
        if rest.is_empty() {
            return;
        }
        let newlines = rest.iter().filter(|&&byte| byte == b'\n').count();
        let unended = usize::from(!rest.ends_with(b"\n"));
        self.number -= (newlines + unended) as u64;
        let length = rest.len() as u64;
        match self.again.position().checked_sub(length) {
            // Nothing of it came from `input`, and moving it would cost its length each time.
            Some(start) if !self.is_again_over() => self.again.set_position(start),
            _ => self.again = Cursor::new(rest.to_owned()),
        }
    }

    #[cfg(test)]
    pub(super) fn buffered(&self) -> usize {
        BUFFER + self.again.get_ref().capacity()
    }

    fn is_again_over(&self) -> bool {
        self.again.position() >= self.again.get_ref().len() as u64
    }
}
