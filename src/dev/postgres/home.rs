//! The directory of a private PostgreSQL: its socket and log, and its data where they are not to be kept.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::failure::PostgresError;
use crate::base::secret::random_bytes;

/// A socket's path must be shorter than 104 bytes (macOS; Linux allows 108), with its file name.
const LONGEST: usize = 104 - "/.s.PGSQL.5432".len() - 1;
/// Free space that a memory disk needs before test clusters go there. Containers often have 64 MiB only.
const ROOMY_KIB: u64 = 512 * 1024;

/// A fresh directory that only its owner may enter, removed when dropped.
#[derive(Debug)]
pub(super) struct Home(PathBuf);

impl Home {
    /// Makes one, on a memory disk if that is wanted and there is a roomy one.
    pub(super) fn make(in_memory: bool) -> Result<Self, PostgresError> {
        let memory = Path::new("/dev/shm");
        let temporary = std::env::temp_dir();
        let name = format!("vestibule-{:016x}", u64::from_be_bytes(random_bytes()));
        let wanted = if in_memory && is_roomy(memory) { memory } else { &temporary };
        // A very long or odd temporary directory would be trouble in a socket's path and in a URL.
        let path = [wanted, Path::new("/tmp")].iter().map(|parent| parent.join(&name)).find(|path| is_plain(path));
        let path = path.unwrap_or_else(|| Path::new("/tmp").join(&name));
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(PostgresError::at(&path))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _gone_already = std::fs::remove_dir_all(&self.0);
    }
}

fn is_plain(path: &Path) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-.".contains(&byte);
    path.to_str().is_some_and(|text| text.len() <= LONGEST && text.bytes().all(plain))
}

/// Whether a disk is there and has room; `df` knows, and the standard library does not.
fn is_roomy(disk: &Path) -> bool {
    let Ok(answer) = Command::new("df").arg("-Pk").arg(disk).output() else { return false };
    let text = String::from_utf8_lossy(&answer.stdout);
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|kib| kib.parse().ok());
    answer.status.success() && free.is_some_and(|kib: u64| kib >= ROOMY_KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_paths_are_not_taken_for_sockets() {
        assert!(is_plain(Path::new("/dev/shm/vestibule-0123456789ab")));
        assert!(!is_plain(Path::new("/tmp/with space")));
        assert!(!is_plain(Path::new(&format!("/{}", "x".repeat(100)))));
    }
}
