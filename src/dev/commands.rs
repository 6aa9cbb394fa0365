//! A configuration file for the commands that an operator runs beside `vestibule dev`, such as `vestibule sessions list`: the keys of
//! this run are in its environment only.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::plan::PROVIDER;

/// The keys that commands need, without the provider's; each with its name in the environment, and whether it is a list.
const KEYS: [(&str, bool); 4] =
    [("server.public_url", false), ("server.admin_listen", false), ("database.url", false), ("secrets.keys", true)];
/// The keys of the provider.
const OF_PROVIDER: [&str; 5] = ["name", "issuer", "client_id", "client_secret", "redirect_uri"];

/// Writes the file into this directory, readable for its owner only. It is removed with the directory.
pub(super) fn write(directory: &Path, variables: &[(OsString, OsString)]) -> io::Result<PathBuf> {
    let path = directory.join("vestibule.toml");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(toml(variables).as_bytes())?;
    Ok(path)
}

fn toml(variables: &[(OsString, OsString)]) -> String {
    let of_provider = OF_PROVIDER.map(|key| (format!("providers.{PROVIDER}.{key}"), false));
    let keys = KEYS.map(|(key, is_list)| (key.to_owned(), is_list)).into_iter().chain(of_provider);
    let line = |(key, is_list): (String, bool)| {
        let name = format!("VESTIBULE__{}", key.replace('.', "__").to_uppercase());
        let value = variables.iter().find(|(variable, _)| *variable == *name)?.1.to_str()?;
        Some(if is_list { format!("{key} = [{value:?}]\n") } else { format!("{key} = {value:?}\n") })
    };
    keys.filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::super::plan::Plan;
    use super::super::settings::variables;
    use super::*;
    use crate::base::seal;
    use crate::base::secret::Plain;
    use crate::config;

    #[test]
    fn the_file_is_a_configuration_of_the_same_database_and_provider() {
        let listen = Ipv4Addr::LOCALHOST.into();
        let plan = Plan { port: 9080, listen, keep: false, frontend: None, files: Vec::new() };
        let odd = "postgres:///x?host=/tmp/\"odd\\path";
        let text = toml(&variables(&plan, odd, &seal::generate_key(), &Plain::new("secret")));
        let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        assert_eq!(config.database.access().url.expose(), odd);
        assert_eq!(config.server.public_url.issuer(), "http://127.0.0.1:9080");
        assert_eq!(config.server.admin_listen.to_string(), "127.0.0.1:9081");
        assert_eq!(config.providers.len(), 1);
    }
}
