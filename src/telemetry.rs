//! Logs and metrics of events, and the back ends of both.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::base::event::Event;
use crate::base::log_writer::LogWriter;
use crate::base::measure;
use crate::config::{Log, LogFormat};

/// The upper bounds of the histogram buckets, in seconds, for every measured duration.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Starts logging to standard error as configured. Further calls in one process have no effect.
pub fn start_log(log: &Log) {
    // Below these levels libraries may log request bodies and headers, which contain codes and tokens. The dispatcher logs an
    // error for each request that it cannot parse; the server counts them instead.
    let quiet = "hyper=info,hyper_util=info,reqwest=info,rustls=info,h2=info,actix_http=info,mio=info,actix_server=warn,\
                 actix_http::h1::dispatcher=off";
    let filter = EnvFilter::try_new(format!("{},{quiet}", log.level)).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        // If standard error is closed, the internal error would be written to it, and that would panic (FI-18).
        .log_internal_errors(false)
        .with_writer(LogOutput::new)
        .with_ansi(std::io::stderr().is_terminal());
    let _already_started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
}

/// The output of one line.
enum LogOutput {
    Thread(&'static LogWriter),
    Direct(std::io::Stderr),
}

impl LogOutput {
    fn new() -> Self {
        LogWriter::standard_error().map_or_else(|| Self::Direct(std::io::stderr()), Self::Thread)
    }
}

impl Write for LogOutput {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Thread(writer) => writer.write(line),
            Self::Direct(output) => output.write(line),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Waits until the lines of the log are written: at the end of the process.
pub fn flush_log() {
    if let Some(writer) = LogWriter::standard_error() {
        writer.flush_all();
    }
}

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// All metrics in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Adds measured values to their buckets. To be called at intervals, so that values do not accumulate in memory.
    pub fn run_upkeep(&self) {
        self.0.run_upkeep();
    }
}

/// Installs the recorder of metrics. Further calls in one process return the same recorder.
pub fn start_metrics() -> Option<Metrics> {
    static METRICS: OnceLock<Option<Metrics>> = OnceLock::new();
    METRICS.get_or_init(install_recorder).clone()
}

fn install_recorder() -> Option<Metrics> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    measure::describe();
    Some(Metrics(handle))
}

/// Counts an event, and does not log it.
pub fn count(event: &Event) {
    measure::event(event.name(), &event.labels());
}

/// Logs and counts an event.
pub fn record(event: &Event) {
    event.log();
    measure::event(event.name(), &event.labels());
    if let Event::LogoutDelivered { lag, .. } = event {
        measure::logout_lag(*lag);
    }
}
