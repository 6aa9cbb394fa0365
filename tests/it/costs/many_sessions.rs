//! A gateway with many sessions, on a PostgreSQL without other load.

use reqwest::Client;
use serde_json::Value;
use uuid::Uuid;
use vestibule::base::id::SessionId;
use vestibule::base::seal::Ring;
use vestibule::token::RefreshToken;

use crate::support::{Browser, Cluster, Database, Gateway, Setup, app};

/// The number of sessions.
pub const SESSIONS: u64 = 600;

/// A service that introspects tokens.
const CLIENT: &str = r#"
[tokens]
audience = ["api"]

[clients.service]
type = "confidential"
client_secret = "a-secret-of-32-bytes-or-even-more"
audience = ["api"]
"#;

/// The gateway and its database.
pub struct ManySessions {
    pub gateway: Gateway,
    pub database: Database,
    ring: Ring,
    client: Client,
}

impl ManySessions {
    /// A PostgreSQL of its own, which counts statements and does not vacuum by itself.
    pub fn start() -> Self {
        Self::with("")
    }

    /// With more configuration.
    pub fn with(toml: &str) -> Self {
        let cluster = Cluster::own();
        assert!(cluster.postgres().counts_statements(), "pg_stat_statements is not installed: PostgreSQL's contrib");
        cluster.execute("ALTER SYSTEM SET autovacuum = off");
        // `BEGIN`, `COMMIT` and `SET` are not counted: they cannot be attributed to a request.
        cluster.execute("ALTER SYSTEM SET pg_stat_statements.track_utility = off");
        cluster.execute("SELECT pg_reload_conf()");
        let database = cluster.database();
        database.execute("CREATE EXTENSION pg_stat_statements");
        database.execute(&sessions());
        let gateway = Setup::new().toml(CLIENT).toml(app::CLIENTS).toml(toml).on(&database).start();
        let ring = Ring::parse([Cluster::ring_key()]).expect("the gateway's ring");
        #[expect(clippy::disallowed_methods, reason = "the tests stand outside the gateway")]
        let client = Client::builder().no_proxy().build().expect("a client");
        Self { gateway, database, ring, client }
    }

    /// Refreshes the session with that counter.
    pub async fn refresh(&self, number: u64, counter: i64) -> Value {
        let session = session_id(number);
        let token = RefreshToken { session, counter }.encode(&self.ring);
        let form = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
        let url = format!("{}/oauth2/token", self.gateway.base);
        let answer = self.client.post(url).form(&form).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        answer.json().await.expect("JSON")
    }

    /// A browser with the cookie of the session with that number.
    pub fn signed_in(&self, number: u64) -> Browser {
        let session = session_id(number);
        let browser = self.gateway.browser();
        browser.set_cookie("vestibule", vestibule::session::encode(&self.ring, session).expose());
        browser
    }

    /// The introspection response for a token.
    pub async fn introspect(&self, token: &str) -> Value {
        let url = format!("{}/oauth2/introspect", self.gateway.base);
        let request = self.client.post(url).basic_auth("service", Some("a-secret-of-32-bytes-or-even-more"));
        let answer = request.form(&[("token", token)]).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        answer.json().await.expect("JSON")
    }

    /// The statements since [`ManySessions::forget`], with repetitions, without those of background jobs.
    pub fn asked(&self) -> Vec<String> {
        self.database.words(
            "SELECT regexp_replace(query, '\\s+', ' ', 'g')
             FROM pg_stat_statements s, generate_series(1, s.calls)
             WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND query !~ 'pg_stat_statements|^SELECT set_config|pg_current_wal|provider_metadata|signing_keys'
               AND (query !~ 'SKIP LOCKED' OR query ~ '::[A-Za-z]+All ')
               AND query !~ '::known::Know|::pending::CountPending|::due_removals::Due|JOIN revocations|pg_try_advisory_xact_lock|DELETE FROM|count\\(\\*\\) FROM logout_notices'",
        )
    }

    pub fn forget(&self) {
        self.database.words("SELECT pg_stat_statements_reset()");
    }
}

/// The id of the session with that number.
pub fn session_id(number: u64) -> SessionId {
    SessionId(Uuid::from_u128(FIRST + u128::from(number)))
}

/// The id of the first session; the others follow.
const FIRST: u128 = 0x019a_0000_0000_7000_8000_0000_0000_0000;

/// One user for each session, as logins create them.
fn sessions() -> String {
    let id = |begin: &str| format!("('{begin}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid");
    let (user, session, last) = (id("01990000"), id("019a0000"), SESSIONS - 1);
    format!(
        "INSERT INTO users (id, email, email_verified, name, created_at, updated_at)
         SELECT {user}, n || '@example.com', true, n || ' of Example', now(), now()
         FROM generate_series(0::bigint, {last}) n;
         INSERT INTO sessions (id, user_id, provider, client_id, scopes, auth_time, last_activity_at, not_after,
                               user_agent, ip, upstream_id_token, created_at)
         SELECT {session}, {user}, 'op', 'vestibule', 'openid profile email', now(), now(), now() + interval '60 days',
                'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.7',
                decode(repeat('5a', 500), 'hex'), now()
         FROM generate_series(0::bigint, {last}) n;"
    )
}
