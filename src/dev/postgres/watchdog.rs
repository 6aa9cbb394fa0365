//! Stops PostgreSQL when we cannot: after a `kill -9`, or an abort.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of its standard input, which we hold the other end of; that comes when we are gone, however we
/// went. Then: a fast stop, at whose end the server takes its lock away; if that takes too long an immediate one; and
/// the directory is removed. (The process itself may stay a zombie where nobody reaps orphans, as in many containers.)
const SCRIPT: &str = r#"
read -r _
kill -INT "$1" 2>/dev/null
tries=0
while [ -e "$2/.s.PGSQL.5432.lock" ] && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -QUIT "$1" 2>/dev/null
rm -rf "$2"
"#;

/// A small shell that outlives us for as long as it takes to clean up.
#[derive(Debug)]
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Watches over the process `pid` and the directory `home`.
    pub(super) fn start(pid: u32, home: &Path) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, "vestibule-watchdog"]).arg(pid.to_string()).arg(home);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: a Ctrl-C in the terminal is for us, not for the watchdog.
        shell.current_dir("/").process_group(0).spawn().map(Self)
    }
}

impl Drop for Watchdog {
    /// Sends it home without its having done anything.
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[cfg(test)]
impl Watchdog {
    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Lets it believe that we are gone.
    pub(super) fn lose_us(&mut self) {
        drop(self.0.stdin.take());
    }

    /// Waits until it has done its work.
    pub(super) fn wait(&mut self) {
        self.0.wait().expect("the watchdog ends");
    }
}
