//! Stops PostgreSQL after this process was killed (`kill -9`) or aborted.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of its standard input, a pipe whose other end this process holds: it closes when the process ends, in
/// whatever way. Then it requests a fast shutdown, after which the server removes its lock file; if that takes too long, an
/// immediate one; and it removes the directory. (In containers without an init the process itself may remain a zombie.)
const SCRIPT: &str = r#"
read -r _
kill -INT "$1" 2>/dev/null
tries=0
while [ -e "$2/.s.PGSQL.5432.lock" ] && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -QUIT "$1" 2>/dev/null
rm -rf "$2"
"#;

/// A shell process that outlives this process until it has cleaned up.
#[derive(Debug)]
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Starts it for the server process `pid` and the directory `home`.
    pub(super) fn start(pid: u32, home: &Path) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT, "vestibule-watchdog"]).arg(pid.to_string()).arg(home);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Its own process group: a Ctrl-C in the terminal must not end the watchdog.
        shell.current_dir("/").process_group(0).spawn().map(Self)
    }
}

impl Drop for Watchdog {
    /// Ends it before it has done anything.
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[cfg(test)]
impl Watchdog {
    /// The process id of the shell.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Closes the pipe, as the end of this process would.
    pub(super) fn close_pipe(&mut self) {
        drop(self.0.stdin.take());
    }

    /// Waits until it has cleaned up.
    pub(super) fn wait(&mut self) {
        self.0.wait().expect("the watchdog ends");
    }
}
