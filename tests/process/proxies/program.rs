//! A reverse proxy as a process.

use std::fs::File;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::directory::Directory;
use crate::guarded::Guarded;

/// The maximum time until a started proxy listens.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The directory in which `scripts/bootstrap-test` installs the programs.
pub fn installed(path: &str) -> PathBuf {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join(".dev/proxies").join(path);
    assert!(found.exists(), "{} is missing: run scripts/bootstrap-test", found.display());
    found
}

/// A running reverse proxy; killed when dropped.
pub struct Program {
    _running: Guarded,
    log: PathBuf,
}

impl Program {
    /// Starts it, and waits until it listens on the port. It writes its log into the directory.
    pub fn start(command: &mut Command, directory: &Directory, port: u16) -> Self {
        let log = directory.join("log");
        let file = File::create(&log).expect("a file");
        command.current_dir(directory.path()).stdin(Stdio::null());
        command.stdout(file.try_clone().expect("a file")).stderr(file);
        let mut running = Guarded::spawn(command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = running.try_wait().expect("its state");
            let text = std::fs::read_to_string(&log).expect("a log");
            assert!(
                ended.is_none() && started.elapsed() < START_TIMEOUT,
                "{command:?} does not listen: {ended:?}\n{text}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { _running: running, log }
    }

    /// Its output so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }
}
