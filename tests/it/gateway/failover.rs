//! A failover to a standby of PostgreSQL.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vestibule::dev::postgres::{Place, Postgres};

use crate::support::{Answer, Browser, Cluster, Database, Setup};

const SHORT_TIMEOUTS: &str = "[database]\nacquire_timeout = '2s'\nstatement_timeout = '5s'\n";

/// The directory of a standby; removed on drop.
struct Directory(PathBuf);

impl Drop for Directory {
    fn drop(&mut self) {
        let _gone_already = std::fs::remove_dir_all(&self.0);
    }
}

/// The value of the parameter `name` in a libpq URL.
fn parameter<'u>(url: &'u str, name: &str) -> &'u str {
    let found = url.split(['?', '&']).find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.expect("a parameter")
}

/// A streaming standby of the primary. It runs as the owner of the primary's socket directory, because PostgreSQL does
/// not start as root.
fn standby_of(primary: &Cluster, directory: &Directory) -> Arc<Cluster> {
    let url = primary.url("postgres");
    let socket = Path::new(parameter(&url, "host")).metadata().expect("the directory of the socket");
    std::fs::create_dir(&directory.0).expect("a directory of our own");
    std::fs::set_permissions(&directory.0, std::fs::Permissions::from_mode(0o711)).expect("permissions");
    chown(&directory.0, Some(socket.uid()), Some(socket.gid())).expect("its owner");
    let data = directory.0.join("data");
    let mut copy = Command::new(primary.postgres().program("pg_basebackup"));
    copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", &url, "--pgdata"]).arg(&data);
    let copied = copy.current_dir("/").uid(socket.uid()).gid(socket.gid()).output().expect("pg_basebackup");
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    Cluster::of(Postgres::start(Place::Kept(data)).expect("a standby"))
}

/// A database URL with the hosts of both servers. By `target_session_attrs=read-write`, libpq connects to the server
/// that accepts writes.
fn url_of_both(primary: &str, standby: &str) -> String {
    let (socket, other) = (parameter(primary, "host"), parameter(standby, "host"));
    let both = primary.replace(socket, &format!("{socket},{other}"));
    both.replace("port=5432", "port=5432,5432") + "&target_session_attrs=read-write"
}

/// Waits until the answer has this status, at most thirty seconds. Before that, every answer must be 503.
async fn until(status: u16, ask: impl AsyncFn() -> Answer) {
    let started = Instant::now();
    loop {
        let answer = ask().await;
        if answer.status == status {
            return;
        }
        assert_eq!(answer.status, 503, "only 503 is expected during the failover: {answer:?}");
        assert!(started.elapsed() < Duration::from_secs(30), "{answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// IO-12, FI-16: the primary crashes, and the standby is promoted. Sessions, pending logins and revocations are
/// preserved, and the gateway is not restarted.
#[tokio::test]
async fn the_gateway_continues_with_a_promoted_standby() {
    let directory = Directory(std::env::temp_dir().join(format!("vestibule-standby-{}", uuid::Uuid::new_v4())));
    let primary = Cluster::durable();
    let name = primary.database().words("SELECT current_database()").concat();
    let standby = standby_of(&primary, &directory);
    let both = Database { cluster: Arc::clone(&primary), url: url_of_both(&primary.url(&name), &standby.url(&name)) };
    let gateway = Setup::new().on(&both).toml(SHORT_TIMEOUTS).start();
    let (ada, bob) = (gateway.browser(), gateway.browser());
    let tokens = ada.sign_in_json("ada").await;
    ada.sign_in("ada").await;
    bob.sign_in("bob").await;
    let ended = bob.cookie("vestibule").expect("a session");
    assert_eq!(bob.post("/logout").await.status, 200);
    let begun = gateway.browser();
    let pending = begun.begin("op").await;

    // A pending login is committed without waiting for the disk (`synchronous_commit = off`). So the test writes the
    // WAL, and waits until the standby has replayed it.
    primary.execute("CHECKPOINT");
    let written = both.words("SELECT pg_current_wal_lsn()").concat();
    let replayed = format!("SELECT (pg_last_wal_replay_lsn() >= '{written}'::pg_lsn)::int");
    Database::new(&standby, &name).until(&replayed, 1).await;
    primary.postgres().crash().expect("a crash");
    assert_eq!(ada.fetch("/session").await.status, 503, "the standby is read-only");
    standby.execute("SELECT pg_promote()");

    until(200, async || ada.fetch("/session").await).await;
    until(303, async || begun.get(&pending.callback_of("carol")).await).await;
    let refresh =
        format!("grant_type=refresh_token&refresh_token={}", tokens["api"]["refresh"].as_str().expect("a token"));
    until(200, async || {
        let ask = gateway.browser().ask("POST", "/oauth2/token");
        ask.body("application/x-www-form-urlencoded", refresh.clone()).send().await
    })
    .await;
    bob.set_cookie("vestibule", &ended);
    until(401, async || bob.fetch("/session").await).await;
    let admin = Browser::new(&gateway.admin);
    until(200, async || admin.fetch("/readyz").await).await;
}
