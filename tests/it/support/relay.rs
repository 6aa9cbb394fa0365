//! A relay between a gateway and PostgreSQL that records the round trips of each connection, and can hold answers back.

use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use vestibule::base::secret::Plain;

use super::database::Database;

/// The name of the socket of port 5432.
const SOCKET: &str = ".s.PGSQL.5432";

/// The relay. Its threads end with their connections, at the latest with the process.
pub struct Relay {
    folder: PathBuf,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The round trips of each connection, in order: what was sent before the server was ready again.
    round_trips: Mutex<Vec<Vec<String>>>,
    /// Settings with this text are answered; the answers to others are held back.
    only: Mutex<Option<&'static str>>,
    changed: Condvar,
}

impl Relay {
    /// A relay in front of the server of this database.
    pub fn start(database: &Database) -> Self {
        let server = folder_of(&database.url).join(SOCKET);
        let folder = std::env::temp_dir().join(format!("vestibule-relay-{}", Plain::random().expose()));
        std::fs::create_dir(&folder).expect("a folder");
        let listener = UnixListener::bind(folder.join(SOCKET)).expect("a socket");
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                let Ok(server) = UnixStream::connect(&server) else { return };
                shared.relay(client, server);
            }
        });
        Self { folder, state }
    }

    /// The database, as it is reached through the relay.
    pub fn database(&self, database: &Database) -> Database {
        let direct = folder_of(&database.url);
        let url = database.url.replace(&*direct.to_string_lossy(), &self.folder.to_string_lossy());
        Database { url, ..database.clone() }
    }

    /// Holds back the answers to the settings of a connection, unless they contain this text.
    pub fn hold_settings_without(&self, text: &'static str) {
        *lock(&self.state.only) = Some(text);
    }

    /// Passes on all answers, also those that were held.
    pub fn release(&self) {
        *lock(&self.state.only) = None;
        self.state.changed.notify_all();
    }

    /// The round trips of each connection so far.
    pub fn round_trips(&self) -> Vec<Vec<String>> {
        lock(&self.state.round_trips).clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.release();
        let _gone_already = std::fs::remove_dir_all(&self.folder);
    }
}

impl State {
    fn relay(self: &Arc<Self>, client: UnixStream, server: UnixStream) {
        let number = {
            let mut connections = lock(&self.round_trips);
            connections.push(Vec::new());
            connections.len() - 1
        };
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (from_client, to_client) = (client.try_clone().expect("a socket"), client);
        let (from_server, to_server) = (server.try_clone().expect("a socket"), server);
        let (state, requests) = (Arc::clone(self), Arc::clone(&sent));
        thread::spawn(move || drop(pass_requests(from_client, to_server, &requests)));
        thread::spawn(move || drop(state.pass_answers(number, from_server, to_client, &sent)));
    }

    /// Copies messages of the server; after each `ReadyForQuery`, a round trip has ended.
    fn pass_answers(
        &self,
        number: usize,
        mut from: UnixStream,
        mut to: UnixStream,
        sent: &Mutex<Vec<String>>,
    ) -> io::Result<()> {
        loop {
            let message = message(&mut from, true)?;
            if message.first() == Some(&b'Z') {
                let request = std::mem::take(&mut *lock(sent)).join("; ");
                self.wait_while_held(&request);
                if let Some(connection) = lock(&self.round_trips).get_mut(number) {
                    connection.push(request);
                }
            }
            to.write_all(&message)?;
        }
    }

    fn wait_while_held(&self, request: &str) {
        let held = |only: &mut Option<&str>| {
            only.is_some_and(|text| request.starts_with("SET application_name") && !request.contains(text))
        };
        let only = lock(&self.only);
        drop(self.changed.wait_while(only, held).unwrap_or_else(PoisonError::into_inner));
    }
}

/// Copies messages of the client and records the text of each statement.
fn pass_requests(mut from: UnixStream, mut to: UnixStream, sent: &Mutex<Vec<String>>) -> io::Result<()> {
    let startup = message(&mut from, false)?;
    lock(sent).push("connect".to_owned());
    to.write_all(&startup)?;
    loop {
        let message = message(&mut from, true)?;
        match message.split_first() {
            Some((b'Q' | b'P', rest)) => lock(sent).push(text(rest.get(4..).unwrap_or_default())),
            Some((b'B', _)) if lock(sent).is_empty() => lock(sent).push("execute".to_owned()),
            _ => {}
        }
        to.write_all(&message)?;
    }
}

/// The statement of `Query`, or of `Parse`, which has a name before it.
fn text(body: &[u8]) -> String {
    let mut strings = body.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let first = strings.next().unwrap_or_default();
    let statement = if first.is_empty() || first.starts_with("__diesel") { strings.next() } else { Some(first) };
    statement.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One message of the protocol: its type, its length and its body. The first one of a client has no type.
fn message(from: &mut UnixStream, typed: bool) -> io::Result<Vec<u8>> {
    let mut message = vec![0; if typed { 5 } else { 4 }];
    from.read_exact(&mut message)?;
    let length = message.last_chunk::<4>().map_or(4, |length| u32::from_be_bytes(*length));
    let head = message.len();
    message.resize(head + usize::try_from(length).unwrap_or(4).saturating_sub(4), 0);
    from.read_exact(&mut message[head..])?;
    Ok(message)
}

/// The folder of the server's socket.
fn folder_of(url: &str) -> PathBuf {
    let (_, rest) = url.split_once("host=").expect("a socket");
    Path::new(rest.split('&').next().expect("a folder")).to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
