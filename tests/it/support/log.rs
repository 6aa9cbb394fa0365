//! Captures what the gateways of this process log, at the most detailed level that an operator can set.
//!
//! A process has one log, so a capture also holds the lines of tests that run at the same time.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tracing_subscriber::filter::{EnvFilter, dynamic_filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The filter of `vestibule serve` with `log.level = "trace"`.
const MOST_DETAILED: &str =
    "trace,hyper=info,hyper_util=info,reqwest=info,rustls=info,h2=info,actix_http=info,mio=info";

/// Captures that are running; while there are none, nothing is formatted.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

static LOG: LazyLock<Lines> = LazyLock::new(|| {
    let lines = Lines::default();
    let wanted = dynamic_filter_fn(|_, _| RUNNING.load(Ordering::Relaxed) > 0);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(lines.clone());
    let layer = layer.with_filter(EnvFilter::new(MOST_DETAILED)).with_filter(wanted);
    tracing_subscriber::registry().with(layer).init();
    lines
});

/// A running capture. It sees the lines that are written after it began.
pub struct LogCapture {
    start: usize,
}

impl LogCapture {
    pub fn start() -> Self {
        let start = LOG.bytes().len();
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self { start }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(LOG.bytes().get(self.start..).unwrap_or_default()).into_owned()
    }
}

impl Drop for LogCapture {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
