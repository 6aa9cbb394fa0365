//! The files of `--keep`, in the directory `.dev` of the working directory.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::failure::DevError;
use crate::base::seal;
use crate::base::secret::Plain;

const DIRECTORY: &str = ".dev";

/// The data directory of the database.
pub(super) fn data() -> PathBuf {
    Path::new(DIRECTORY).join("pgdata")
}

/// The secret key that the stored database is sealed under: from the file, or a new one, which is stored.
pub(super) fn ring_key() -> Result<Plain, DevError> {
    let path = Path::new(DIRECTORY).join("secrets");
    kept_or_new(&path).map_err(|source| DevError::Secrets { path, source })
}

fn kept_or_new(path: &Path) -> io::Result<Plain> {
    match fs::read_to_string(path) {
        Ok(kept) => return Ok(Plain::new(kept.trim())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let key = seal::generate_key();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{}", key.expose())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_stored_and_only_its_owner_may_read_it() {
        let name = format!("vestibule-kept-{:016x}", u64::from_be_bytes(crate::base::secret::random_bytes()));
        let directory = std::env::temp_dir().join(name);
        let path = directory.join("secrets");
        let first = kept_or_new(&path).expect("a key");
        assert_eq!(kept_or_new(&path).expect("the key").expose(), first.expose());
        assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(directory).expect("removed");
    }
}
