//! The user that PostgreSQL runs as: our own, or another one if we are root, because PostgreSQL refuses root.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::failure::PostgresError;

/// The user that PostgreSQL runs as.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// The user of this process.
    Ourselves,
    /// Another user, because this process runs as root.
    Other {
        /// The numeric user id.
        uid: u32,
        /// The numeric group id.
        gid: u32,
    },
}

impl Owner {
    /// Chooses by the owner of a directory that this process has just created.
    pub(super) fn choose(made_by_us: &Path) -> Result<Self, PostgresError> {
        let made = made_by_us.metadata().map_err(PostgresError::at(made_by_us))?;
        if made.uid() != 0 {
            return Ok(Self::Ourselves);
        }
        let path = Path::new("/etc/passwd");
        let users = std::fs::read_to_string(path).map_err(PostgresError::at(path))?;
        let found = ["postgres", "nobody"].iter().find_map(|name| find(&users, name));
        found.map(|(uid, gid)| Self::Other { uid, gid }).ok_or(PostgresError::NoOtherUser)
    }

    /// Changes the owner of a directory.
    pub(super) fn give(self, path: &Path) -> Result<(), PostgresError> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(uid), Some(gid)).map_err(PostgresError::at(path)),
        }
    }

    /// A command that runs as the owner, in a directory that the owner may enter, and in its own process group: a Ctrl-C in
    /// the terminal must not reach it, because `dev` stops everything in order.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").process_group(0);
        if let Self::Other { uid, gid } = self {
            // This drops root's supplementary groups as well.
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// The user and group id of a name in the format of `/etc/passwd`. PostgreSQL needs the user to be listed there.
fn find(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\nmypostgres:x:7:7::/:/bin/sh\npostgres:x:101:104:,,,:/x:/bin/sh\n";
        assert_eq!(find(users, "postgres"), Some((101, 104)));
        assert_eq!(find(users, "nobody"), None);
    }
}
