//! The address of the database, in the two forms that libpq reads (PostgreSQL manual, "Connection Strings").
//!
//! It is checked before libpq reads it: a message of libpq quotes what it cannot read, and behind an unescaped `@` or `/` that
//! is a piece of the password.

use percent_encoding::percent_decode_str;

use crate::base::secret::Plain;

/// The parts of an address that others need.
pub struct Address {
    /// The hosts: names, IP addresses, and the directories of Unix sockets. Empty if libpq takes its default.
    pub hosts: Vec<String>,
    /// The parameter `sslmode`, as libpq reads it.
    pub sslmode: Option<String>,
    /// The name of the role.
    user: Option<String>,
    /// The name of the database; `None` if libpq takes the name of the role.
    database: Option<String>,
    password: Option<Plain>,
}

/// Why an address is not valid. No text of the address is part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Neither a URL nor a list of `key=value` pairs.
    #[error("is not the address of a PostgreSQL database")]
    Malformed,
    /// A character of the user name or of the password that ends it.
    #[error("has an unescaped character in the user name or the password")]
    UserPart,
    /// A `%` that is not followed by two hexadecimal digits, or a percent-encoded NUL or invalid UTF-8.
    #[error("has a `%` that is no percent-encoding")]
    Percent,
    /// A host or a port.
    #[error("has a host or a port that is not valid")]
    Host,
    /// A parameter after the `?`.
    #[error("has a parameter that is not `name=value`")]
    Parameter,
}

impl Address {
    /// Parses a `database.url`, before libpq sees it.
    pub fn parse(text: &str) -> Result<Self, BadAddress> {
        if text.contains(char::is_control) {
            return Err(BadAddress::Malformed);
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
        match rest {
            Some(rest) => Self::parse_uri(rest),
            None if text.contains("://") && !text.contains('=') => Err(BadAddress::Malformed),
            None => Self::parse_pairs(text),
        }
    }

    fn parse_uri(rest: &str) -> Result<Self, BadAddress> {
        let (main, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = main.split_once('/').unwrap_or((main, ""));
        // A `/` or a `?` ends the authority, so an `@` behind it belongs to an unescaped password.
        let is_cut = database.contains('@') || (!authority.contains('@') && parameters.contains('@'));
        if is_cut || authority.matches('@').count() > 1 {
            return Err(BadAddress::UserPart);
        }
        let (user_part, hosts) = authority.split_once('@').unwrap_or(("", authority));
        let (user, password) = user_part.split_once(':').unwrap_or((user_part, ""));
        let database = non_empty(decode(database)?);
        let hosts = hosts.split(',').filter(|host| !host.is_empty()).map(host).collect::<Result<_, _>>()?;
        let mut address = Self {
            hosts,
            sslmode: None,
            user: non_empty(decode(user)?),
            database,
            password: non_empty(decode(password)?).map(Plain::new),
        };
        for pair in parameters.split('&').filter(|_| !parameters.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(BadAddress::Parameter)?;
            address.take(name, decode(value)?)?;
        }
        Ok(address)
    }

    fn parse_pairs(text: &str) -> Result<Self, BadAddress> {
        let mut address = Self { hosts: Vec::new(), sslmode: None, user: None, database: None, password: None };
        let mut rest = text.trim_start();
        if rest.is_empty() {
            return Err(BadAddress::Malformed);
        }
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=').ok_or(BadAddress::Malformed)?;
            let (value, after) = pair_value(after.trim_start())?;
            address.take(name.trim_end(), value).map_err(|_| BadAddress::Malformed)?;
            rest = after.trim_start();
        }
        Ok(address)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), BadAddress> {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
            return Err(BadAddress::Parameter);
        }
        match name {
            "host" | "hostaddr" => self.hosts = value.split(',').map(str::to_owned).collect(),
            "sslmode" => self.sslmode = Some(value),
            "user" => self.user = non_empty(value),
            "dbname" => self.database = non_empty(value),
            "password" => self.password = non_empty(value).map(Plain::new),
            _ => {}
        }
        Ok(())
    }

    /// Whether a connection leaves this machine: a host is neither loopback nor the directory of a Unix socket.
    pub fn is_remote(&self) -> bool {
        let is_local = |host: &String| {
            host.is_empty()
                || host.starts_with(['/', '@'])
                || host.eq_ignore_ascii_case("localhost")
                || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
        };
        !self.hosts.iter().all(is_local)
    }

    /// A message of libpq or of the server without the password, and with the remedy if the server refuses the role, the password
    /// or the database.
    pub(super) fn explain(&self, message: &str) -> String {
        // A shorter text occurs in any message.
        let password = self.password.iter().filter(|password| password.expose().len() > 3);
        let message = password.fold(message.to_owned(), |message, password| message.replace(password.expose(), "…"));
        let says = |words: &str| message.contains(words);
        let remedy = if says("password authentication failed") {
            "check the user and the password; ALTER ROLE … PASSWORD '…' sets another one"
        } else if says("no password supplied") {
            "write the password: postgres://user:password@host/database"
        } else if says("eer authentication failed") || says("Ident authentication failed") {
            "run as the user of that name, or write a host and a password: postgres://user:password@host/database"
        } else if says("role \"") && says("does not exist") {
            "create the role: CREATE ROLE … LOGIN PASSWORD '…'"
        } else if says("database \"") && says("does not exist") {
            "create the database: CREATE DATABASE … OWNER …"
        } else if says("no pg_hba.conf entry") {
            "allow this role, database and address in pg_hba.conf of the server"
        } else {
            return message;
        };
        format!("{}\ndatabase.url has {}: {remedy}", message.trim_end(), self.parts())
    }

    /// Role, host and database, in words.
    fn parts(&self) -> String {
        let or =
            |text: &Option<String>, default: &str| text.as_ref().map_or(default.to_owned(), |text| format!("{text:?}"));
        let host = if self.hosts.is_empty() { "no host".to_owned() } else { format!("host {}", self.hosts.join(",")) };
        let (user, database) = (or(&self.user, "(none)"), or(&self.database, "(none)"));
        format!("user {user}, {host}, database {database}")
    }
}

fn non_empty(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The host of `host:port`, decoded.
fn host(text: &str) -> Result<String, BadAddress> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or(BadAddress::Host)?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_port = |port: &str| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    let has_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    let name = decode(name)?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
    let is_host = name.starts_with(['/', '@']) || name.bytes().all(is_name);
    if has_port && is_host { Ok(name) } else { Err(BadAddress::Host) }
}

fn decode(text: &str) -> Result<String, BadAddress> {
    let is_encoded = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_encoded) {
        return Err(BadAddress::Percent);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| BadAddress::Percent)?;
    if decoded.contains('\0') { Err(BadAddress::Percent) } else { Ok(decoded.into_owned()) }
}

/// Reads one value of the pairs: up to white space, or in single quotes; `\` escapes a character. Returns the rest as well.
fn pair_value(text: &str) -> Result<(String, &str), BadAddress> {
    let is_quoted = text.starts_with('\'');
    let text = text.strip_prefix('\'').unwrap_or(text);
    let (mut value, mut chars) = (String::new(), text.char_indices());
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            '\'' if is_quoted => return Ok((value, text.get(at + 1..).unwrap_or_default())),
            char if char.is_whitespace() && !is_quoted => return Ok((value, text.get(at..).unwrap_or_default())),
            char => value.push(char),
        }
    }
    if is_quoted { Err(BadAddress::Malformed) } else { Ok((value, "")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hosts(text: &str) -> Vec<String> {
        Address::parse(text).unwrap_or_else(|bad| panic!("{text}: {bad}")).hosts
    }

    #[test]
    fn both_forms_of_libpq_are_read() {
        for (text, expected) in [
            ("postgres://u:p@db.example/x", &["db.example"][..]),
            ("postgresql://db", &["db"]),
            ("postgres:///x", &[]),
            ("postgres://", &[]),
            ("postgres://u@/x?host=/run/postgresql", &["/run/postgresql"]),
            ("postgres://%2Frun%2Fpostgresql:5433/x", &["/run/postgresql"]),
            ("postgres://[::1]:5432,b:1,c/x?sslmode=disable&target_session_attrs=read-write", &["::1", "b", "c"]),
            ("postgres://u:p%40%2F%3F%25%20#=&:s@h/x", &["h"]),
            ("host=h user=u password='a b\\'c=' dbname = x", &["h"]),
            ("host=a,b password=\\ x", &["a", "b"]),
            ("dbname=x", &[]),
        ] {
            assert_eq!(hosts(text), expected, "{text}");
        }
    }

    /// LG-08: what libpq would quote a piece of.
    #[test]
    fn an_unescaped_password_is_refused() {
        for (text, bad) in [
            ("postgres://u:p@ss@h/x", BadAddress::UserPart),
            ("postgres://u:p/ss@h/x", BadAddress::UserPart),
            ("postgres://u:p/s@s@h/x", BadAddress::UserPart),
            ("postgres://u:p?ss@h/x", BadAddress::UserPart),
            ("postgres://u:p/ss?w@h/x", BadAddress::UserPart),
            ("postgres://u:p%ss@h/x", BadAddress::Percent),
            ("postgres://u:p%00@h/x", BadAddress::Percent),
            ("postgres://u:p%ff@h/x", BadAddress::Percent),
            ("postgres://u:p%é@h/x", BadAddress::Percent),
            ("postgres://u:ss/x", BadAddress::Host),
            ("postgres://u:p@h:ss/x", BadAddress::Host),
            ("postgres://u:p@h:70000/x", BadAddress::Host),
            ("postgres://u:p@[::1/x", BadAddress::Host),
            ("postgres://u:p@h s/x", BadAddress::Host),
            ("postgres://u:p@h/x?ss", BadAddress::Parameter),
            ("postgres://u:p@h/x?s-s=1", BadAddress::Parameter),
            ("host=h password=p ss", BadAddress::Malformed),
            ("host=h password='p' s' user=u", BadAddress::Malformed),
            ("host=h password='p", BadAddress::Malformed),
            ("host=h p@ss=1", BadAddress::Malformed),
            ("mysql://h/x", BadAddress::Malformed),
            ("h", BadAddress::Malformed),
            ("postgres://h/\n", BadAddress::Malformed),
        ] {
            assert_eq!(Address::parse(text).err(), Some(bad), "{text}");
        }
    }

    #[test]
    fn only_loopback_and_unix_sockets_are_local() {
        for local in ["postgres:///x", "postgres://127.0.0.1,[::1],LocalHost/x", "host=/run/postgresql", "host=@x"] {
            assert!(!Address::parse(local).is_ok_and(|address| address.is_remote()), "{local}");
        }
        for remote in ["postgres://db/x", "postgres://127.0.0.1,db/x", "host=10.0.0.1", "postgres:///x?host=db"] {
            assert!(Address::parse(remote).is_ok_and(|address| address.is_remote()), "{remote}");
        }
    }

    #[test]
    fn a_refusal_names_user_host_and_database_and_never_the_password() {
        for url in ["postgres://ann:s%40cret@h/x", "host=h user=ann password=s@cret dbname=x"] {
            let address = Address::parse(url).unwrap_or_else(|bad| panic!("{bad}"));
            for (message, remedy) in [
                (
                    "password authentication failed for user \"ann\" (channel): s@cret",
                    "check the user and the password",
                ),
                ("fe_sendauth: no password supplied", "write the password"),
                ("FATAL:  Peer authentication failed for user \"ann\"", "run as the user of that name"),
                ("FATAL:  role \"ann\" does not exist", "CREATE ROLE"),
                ("FATAL:  database \"x\" does not exist", "CREATE DATABASE"),
                (
                    "FATAL:  no pg_hba.conf entry for host \"::1\", user \"ann\", database \"x\"",
                    "pg_hba.conf of the server",
                ),
            ] {
                let shown = address.explain(message);
                assert!(shown.contains("\ndatabase.url has user \"ann\", host h, database \"x\": "), "{shown}");
                assert!(shown.contains(remedy) && !shown.contains("s@cret"), "{shown}");
            }
            assert_eq!(address.explain("Connection refused (s@cret)"), "Connection refused (…)");
        }
        let bare = Address::parse("postgres:///").unwrap_or_else(|bad| panic!("{bad}"));
        let shown = bare.explain("FATAL:  role \"root\" does not exist");
        assert!(shown.contains("database.url has user (none), no host, database (none): "), "{shown}");
    }

    proptest! {
        /// LG-08: any password that is percent-encoded is accepted, and no text at all panics.
        #[test]
        fn an_escaped_password_is_accepted(password in "[^\\x00-\\x1f\\x7f-\\x9f]{1,20}", junk in ".{0,40}") {
            let encoded: String = url::form_urlencoded::byte_serialize(password.as_bytes()).collect();
            let encoded = encoded.replace('+', "%20");
            prop_assert_eq!(hosts(&format!("postgres://u:{encoded}@h/x")), ["h"]);
            let _any = (Address::parse(&junk), Address::parse(&format!("postgres://{junk}")), Address::parse(&format!("a={junk}")));
        }
    }
}
