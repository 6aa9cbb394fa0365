//! Writes the log to standard error by a thread of its own, so that no request waits for it.
//!
//! The first line wakes the thread. It waits for `GATHER`, and then writes all lines that have come by one call. If standard
//! error accepts nothing, for example because a pipe is full, at most `MAX_BYTES` are kept. Further lines are dropped, and their
//! number is logged. Without a thread the lines are written directly.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a line may wait for further lines.
const GATHER: Duration = Duration::from_millis(5);
/// The most bytes of lines that are not written yet.
const MAX_BYTES: usize = 1 << 20;
/// How long the end of the process waits for the last lines.
const FLUSH: Duration = Duration::from_secs(2);

/// The lines that are not written yet.
#[derive(Debug, Default)]
pub struct LogWriter {
    state: Mutex<State>,
    filled: Condvar,
    written: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    /// The number of lines that were dropped since the last write.
    dropped: u64,
    is_writing: bool,
}

impl LogWriter {
    /// The writer to standard error; `None` if its thread cannot be started.
    pub fn standard_error() -> Option<&'static Self> {
        static WRITER: OnceLock<Option<&'static LogWriter>> = OnceLock::new();
        *WRITER.get_or_init(|| {
            let writer: &'static Self = Box::leak(Box::default());
            let run = || writer.run(&mut io::stderr());
            thread::Builder::new().name("log".to_owned()).spawn(run).is_ok().then_some(writer)
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8], most: usize) {
        let mut state = self.state();
        if state.lines.len() + line.len() > most {
            state.dropped += 1;
            return;
        }
        let was_empty = state.lines.is_empty();
        state.lines.extend_from_slice(line);
        drop(state);
        if was_empty {
            self.filled.notify_one();
        }
    }

    fn run(&self, output: &mut impl Write) {
        loop {
            let state = self.state();
            drop(self.filled.wait_while(state, |state| state.lines.is_empty()).unwrap_or_else(PoisonError::into_inner));
            thread::sleep(GATHER);
            self.write_to(output);
        }
    }

    /// Writes the lines that have come. An output that fails loses them, since there is no other place for them.
    fn write_to(&self, output: &mut impl Write) {
        let mut state = self.state();
        let (lines, dropped) = (std::mem::take(&mut state.lines), std::mem::take(&mut state.dropped));
        state.is_writing = true;
        drop(state);
        let _lost = output.write_all(&lines);
        if dropped > 0 {
            let _lost = writeln!(output, "{dropped} lines of the log were dropped: its reader is too slow");
        }
        self.state().is_writing = false;
        self.written.notify_all();
    }

    /// Waits until the lines are written, at most two seconds.
    pub fn flush_all(&self) {
        let is_busy = |state: &mut State| state.is_writing || !state.lines.is_empty();
        drop(self.written.wait_timeout_while(self.state(), FLUSH, is_busy));
    }
}

impl Write for &LogWriter {
    /// Takes one line, which tracing writes by one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.add(line, MAX_BYTES);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_in_their_order_by_one_call() {
        let (writer, mut output) = (LogWriter::default(), Vec::new());
        writer.add(b"one\n", 100);
        writer.add(b"two\n", 100);
        writer.write_to(&mut output);
        assert_eq!(output, b"one\ntwo\n");
        writer.flush_all();
    }

    #[test]
    fn lines_beyond_the_capacity_are_counted() {
        let (writer, mut output) = (LogWriter::default(), Vec::new());
        for line in [b"first\n", b"other\n", b"third\n"] {
            writer.add(line, 8);
        }
        writer.write_to(&mut output);
        let text = String::from_utf8(output).expect("text");
        assert_eq!(text, "first\n2 lines of the log were dropped: its reader is too slow\n");
        let mut output = Vec::new();
        writer.add(b"later\n", 8);
        writer.write_to(&mut output);
        assert_eq!(output, b"later\n");
    }

    #[test]
    fn the_end_waits_for_lines_that_another_thread_writes() {
        let writer: &'static LogWriter = Box::leak(Box::default());
        writer.add(b"last\n", 100);
        let thread = thread::spawn(|| writer.write_to(&mut Vec::new()));
        writer.flush_all();
        assert!(writer.state().lines.is_empty());
        thread.join().expect("no panic");
    }
}
