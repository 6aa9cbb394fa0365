//! The directory of a private PostgreSQL: its socket and log, and its data unless they are kept.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::failure::PostgresError;
use crate::base::secret::random_bytes;

/// The longest directory path in bytes: a socket's path, with the file name, must be shorter than 104 (macOS; Linux: 108).
const MAX_PATH: usize = 104 - "/.s.PGSQL.5432".len() - 1;
/// The free space that /dev/shm needs to be used for test clusters, in KiB. In containers it often has 64 MiB only.
const MIN_FREE_KIB: u64 = 512 * 1024;

/// A new directory that only its owner may enter; removed on drop.
#[derive(Debug)]
pub(super) struct Home(PathBuf);

impl Home {
    /// Creates one; with `in_memory` in /dev/shm, if that is writable and has enough space.
    pub(super) fn make(in_memory: bool) -> Result<Self, PostgresError> {
        let (memory, temporary) = (Path::new("/dev/shm"), std::env::temp_dir());
        let wanted = if in_memory && has_space(memory) { memory } else { &temporary };
        Self::below(&[wanted, &temporary, Path::new("/tmp")])
    }

    /// Creates one below the first of these directories that can hold it. A long path, or one with special characters, does
    /// not work as a socket's path and in a URL.
    fn below(parents: &[&Path]) -> Result<Self, PostgresError> {
        let name = format!("vestibule-{:016x}", u64::from_be_bytes(random_bytes()));
        let mut failed = Err(PostgresError::NoDirectory);
        for path in parents.iter().map(|parent| parent.join(&name)).filter(|path| is_plain(path)) {
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) => failed = Err(PostgresError::at(&path)(error)),
            }
        }
        failed
    }

    /// The path of the directory.
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
    path.to_str().is_some_and(|text| text.len() <= MAX_PATH && text.bytes().all(plain))
}

/// Whether a file system exists and has enough space. The standard library cannot tell, so it runs `df`.
fn has_space(disk: &Path) -> bool {
    let Ok(answer) = Command::new("df").arg("-Pk").arg(disk).output() else { return false };
    let text = String::from_utf8_lossy(&answer.stdout);
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|kib| kib.parse().ok());
    answer.status.success() && free.is_some_and(|kib: u64| kib >= MIN_FREE_KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_and_special_characters_are_not_used_for_sockets() {
        assert!(is_plain(Path::new("/dev/shm/vestibule-0123456789ab")));
        assert!(!is_plain(Path::new("/tmp/with space")));
        assert!(!is_plain(Path::new(&format!("/{}", "x".repeat(100)))));
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_passed_over() {
        let temporary = std::env::temp_dir();
        let home =
            Home::below(&[Path::new("/proc/none"), Path::new("/tmp/with space"), &temporary]).expect("a directory");
        assert!(home.path().starts_with(&temporary), "{home:?}");
        let failed = Home::below(&[Path::new("/proc/none")]).expect_err("nowhere");
        assert!(failed.to_string().starts_with("/proc/none/vestibule-"), "{failed}");
    }
}
