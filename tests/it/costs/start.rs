//! The start: what it waits for until it is ready.

use crate::support::{Browser, Cluster, Relay, Setup};

/// With a current schema, the start waits for eight round trips on one connection, and `/readyz` for one more. It does not
/// wait for the connections of the pool, which are held back here until it has ended.
#[tokio::test]
async fn a_start_waits_for_nine_round_trips() {
    let database = Cluster::shared().database();
    let relay = Relay::start(&database);
    relay.hold_settings_without("LISTEN");
    let gateway = Setup::new().on(&relay.database(&database)).start();
    let connections = relay.round_trips();
    relay.release();
    let listening = |connection: &&Vec<String>| connection.iter().any(|request| request.contains("LISTEN"));
    let awaited = connections.iter().find(listening).expect("the connection of the feed");
    let read = awaited.iter().position(|request| request.contains("revocations")).expect("a read of the feed");
    assert!(read < 8, "{awaited:#?}");

    assert_eq!(Browser::new(&gateway.admin).fetch("/readyz").await.status, 200);
    let round_trips = relay.round_trips();
    let pings: Vec<_> = round_trips.iter().flatten().filter(|request| *request == "SELECT 1").collect();
    assert_eq!(pings.len(), 1, "{round_trips:#?}");
}
