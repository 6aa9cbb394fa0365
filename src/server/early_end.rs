//! Signals that arrive before the server handles them. The kernel ignores SIGTERM and SIGINT for process 1, as a container's process
//! is, unless they are handled: `docker stop` of a gateway that waits for its database would end in SIGKILL.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use crate::telemetry;

/// Whether the server handles the signals.
static IS_HANDLED: AtomicBool = AtomicBool::new(false);
/// The exit code of a process that SIGTERM ended, as shells report it.
const TERMINATED: i32 = 128 + 15;

/// Ends process 1 at SIGTERM and SIGINT until `stop_ending` is called. Another process is ended by the kernel.
pub fn end_process_one() {
    if std::process::id() != 1 {
        return;
    }
    let spawned = std::thread::Builder::new().name("signals".to_owned()).spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let kinds = [SignalKind::terminate(), SignalKind::interrupt()];
            let [Ok(mut terminate), Ok(mut interrupt)] = kinds.map(signal) else { return };
            tokio::select! { _ = terminate.recv() => {} _ = interrupt.recv() => {} }
            if !IS_HANDLED.load(Ordering::SeqCst) {
                telemetry::flush_log();
                std::process::exit(TERMINATED);
            }
        });
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread for signals");
    }
}

/// The server handles the signals from now on.
pub fn stop_ending() {
    IS_HANDLED.store(true, Ordering::SeqCst);
}
