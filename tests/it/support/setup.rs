//! How a test's gateway is configured: as an operator would, in TOML.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use toml_edit::{DocumentMut, Item, Table, value};
use vestibule::base::clock::{Clock, Hand};
use vestibule::config;
use vestibule::server::Bounds;

use super::cluster::{Cluster, ring_key};
use super::database::Database;
use super::gateway::{Gateway, Running};
use crate::fake_provider::{CLIENT, Op};

/// The gateway's secret at every fake provider.
pub const CLIENT_SECRET: &str = "s:%+ é/secret";

const BASE: &str = r#"
[server]
admin_listen = "127.0.0.1:0"
shutdown_grace = "1s"
workers = 1

[database]
pool_size = 4
acquire_timeout = "20s"
statement_timeout = "20s"

[limits]
logins_per_minute = 1000000
logins_per_minute_network = 10000000
tokens_per_minute = 1000000
client_tokens_per_minute = 1000000

[signing]
algorithms = ["ES256"]
"#;

/// A gateway to be started.
pub struct Setup {
    document: DocumentMut,
    listen: SocketAddr,
    database: Option<Database>,
    public_url: Option<String>,
    prefix: String,
    bounds: Bounds,
    pub op: Op,
    pub clock: Clock,
    pub hand: Hand,
}

impl Setup {
    pub fn new() -> Self {
        let (clock, hand) = Clock::shifted();
        let op = Op::start();
        let document = BASE.parse().expect("TOML");
        let (listen, prefix) = (free_address(), String::new());
        let bounds = Bounds::default();
        let setup =
            Self { document, listen, database: None, public_url: None, prefix, bounds, op: op.clone(), clock, hand };
        setup.provider("op", &op)
    }

    /// With more configuration; it wins over what is there.
    pub fn toml(mut self, text: &str) -> Self {
        let more: DocumentMut = text.parse().expect("TOML");
        merge(self.document.as_table_mut(), more.as_table());
        self
    }

    /// With one more provider.
    pub fn provider(self, id: &str, op: &Op) -> Self {
        op.follow(self.clock.clone());
        self.issuer(id, &op.issuer)
    }

    /// With one more provider, of that issuer.
    pub fn issuer(self, id: &str, issuer: &str) -> Self {
        let mut table = Table::new();
        table["kind"] = value("oidc");
        table["issuer"] = value(issuer);
        table["client_id"] = value(CLIENT);
        table["client_secret"] = value(CLIENT_SECRET);
        table["timeout"] = value("30s");
        // The fake provider answers no such request by itself; a client with the scope `groups` would cause one.
        table["userinfo"] = value("never");
        let mut providers = Table::new();
        providers[id] = Item::Table(table);
        let mut document = DocumentMut::new();
        document["providers"] = Item::Table(providers);
        self.toml(&document.to_string())
    }

    /// With the default limits. Other tests need more requests than these allow.
    pub fn default_limits(mut self) -> Self {
        self.document.remove("limits");
        self
    }

    pub fn without_providers(mut self) -> Self {
        self.document.remove("providers");
        self
    }

    /// On this database, which others may use too.
    pub fn on(self, database: &Database) -> Self {
        Self { database: Some(database.clone()), ..self }
    }

    /// As a second replica of, or as one more start of, a gateway: with its providers' `op`, its database, its clock
    /// and its public URL.
    pub fn beside(gateway: &Gateway) -> Self {
        let setup = Self {
            op: gateway.op.clone(),
            clock: gateway.clock.clone(),
            hand: gateway.hand.clone(),
            public_url: Some(gateway.public_url.clone()),
            ..Self::new()
        };
        let op = gateway.op.clone();
        setup.provider("op", &op).on(&gateway.database)
    }

    /// With a clock of its own, which the test sets apart from those of other replicas.
    pub fn own_clock(mut self) -> Self {
        (self.clock, self.hand) = Clock::shifted();
        self
    }

    /// Under a path of its host.
    pub fn prefix(self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self }
    }

    /// Under another URL than its listen address, for example behind a proxy.
    pub fn public_url(self, url: &str) -> Self {
        Self { public_url: Some(url.to_owned()), ..self }
    }

    /// With other bounds of connections.
    pub fn bounds(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// The URL to which a provider will redirect browsers.
    pub fn callback_at(&self, provider: &str) -> String {
        format!("http://{}{}/callback/{provider}", self.listen, self.prefix)
    }

    pub fn start(self) -> Gateway {
        self.try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts it; the error in words.
    pub fn try_start(mut self) -> Result<Gateway, String> {
        let database = self.database.take().unwrap_or_else(|| Cluster::shared().database());
        loop {
            let own_url = format!("http://{}{}", self.listen, self.prefix);
            let public_url = self.public_url.clone().unwrap_or(own_url);
            let text = self.written(&database, &public_url);
            let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
            match Running::start(config, self.clock.clone(), self.bounds) {
                Ok(running) => return Ok(Gateway::new(running, self, database, public_url)),
                // Another process has taken the port in between.
                Err(error) if error.contains("cannot listen") => self.listen = free_address(),
                Err(error) => return Err(error),
            }
        }
    }

    fn written(&self, database: &Database, public_url: &str) -> String {
        let mut document = self.document.clone();
        document["server"]["listen"] = value(self.listen.to_string());
        document["server"]["public_url"] = value(public_url);
        document["database"]["url"] = value(&database.url);
        if document.get("secrets").is_none() {
            document["secrets"]["keys"] = value(toml_edit::Array::from_iter([ring_key()]));
        }
        document.to_string()
    }
}

fn merge(into: &mut Table, more: &Table) {
    for (key, item) in more {
        match (into.get_mut(key), item) {
            (Some(Item::Table(table)), Item::Table(more)) => merge(table, more),
            _ => drop(into.insert(key, item.clone())),
        }
    }
}

/// An address with a port below those that the system gives to outgoing connections, free a moment ago.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let spread = u16::try_from(std::process::id() % 400).unwrap_or_default() * 50;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 10_000 + (spread + number) % 20_000));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
