//! The connections that are closed at accept.

use std::time::{Duration, Instant};

use vestibule::server::{Bounds, Timeouts};

use super::client::Client;
use crate::support::{BOUND, Gateway, Setup};

const GET: &str = "GET /providers HTTP/1.1\r\nHost: x\r\n\r\n";

fn is_served(client: &mut Client) -> bool {
    client.try_send(GET) && client.answer().is_some_and(|answer| answer.status == 200)
}

#[test]
fn connections_of_one_address_are_limited() {
    let limits = "[limits]\nconnections_per_address = 2";
    let gateway = Setup::new().bounds(Bounds { count_loopback: true, ..Bounds::default() }).toml(limits).start();
    let mut open: Vec<Client> = (0..2).map(|_| Client::new(gateway.address)).collect();
    assert!(open.iter_mut().all(is_served));
    let mut beyond = Client::new(gateway.address);
    assert!(!is_served(&mut beyond));
    assert!(open.iter_mut().all(is_served), "the other connections stay open");
    open.pop();
    let began = Instant::now();
    while !is_served(&mut Client::new(gateway.address)) {
        assert!(began.elapsed() < BOUND, "the closed connection still counts");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn loopback_and_trusted_proxies_are_not_counted_by_address() {
    let counted = Bounds { count_loopback: true, ..Bounds::default() };
    let limits = "[limits]\nconnections_per_address = 1\n";
    let loopback = Setup::new().toml(limits).start();
    let proxy = "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]";
    let proxied = Setup::new().bounds(counted).toml(&format!("{limits}{proxy}")).start();
    for gateway in [loopback, proxied] {
        let mut open: Vec<Client> = (0..20).map(|_| Client::new(gateway.address)).collect();
        assert!(open.iter_mut().all(is_served));
    }
}

/// A connection that has sent a part of a request is not idle.
#[test]
fn the_total_number_of_connections_is_limited() {
    let gateway = Setup::new().toml("[limits]\nconnections = 3").start();
    // The gateway closes a connection with an incomplete request head after five seconds. So a round that does not see
    // the refusal within three seconds, on a busy machine, is repeated.
    let is_refused = (0..20).any(|_| {
        let mut open: Vec<Client> = (0..3).map(|_| served_from([127, 0, 0, 1], &gateway)).collect();
        for client in &mut open {
            client.send("GET /providers HTTP/1.1\r\n");
        }
        (0..25).any(|_| {
            std::thread::sleep(Duration::from_millis(120));
            !is_served(&mut Client::new(gateway.address))
        })
    });
    assert!(is_refused, "a connection above the limit is closed");
    let mut admin = Client::new(gateway.admin.replace("http://", "").parse().expect("an address"));
    admin.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(admin.answer().expect("an answer").status, 200, "the admin listener has connections of its own");
}

/// Connects from this address, and repeats this until a connection is served.
fn served_from(source: [u8; 4], gateway: &Gateway) -> Client {
    let began = Instant::now();
    loop {
        let mut client = Client::from(source, gateway.address);
        if is_served(&mut client) {
            return client;
        }
        assert!(began.elapsed() < BOUND, "no connection is served");
        std::thread::sleep(Duration::from_millis(120));
    }
}

/// Two addresses hold all connections, which are idle: some before their first request, others between requests. For
/// each new connection of another address, one of them is closed.
#[test]
fn idle_connections_are_closed_for_those_of_other_addresses() {
    // No connection is closed for its time limit.
    let minute = Duration::from_secs(60);
    let timeouts = Timeouts { head: minute, idle: minute, ..Timeouts::default() };
    let counted = Bounds { timeouts, count_loopback: true };
    let gateway = Setup::new().bounds(counted).toml("[limits]\nconnections = 4").start();
    let sources = [2, 4, 2, 4].map(|last| [127, 0, 0, last]);
    let mut open = sources.map(|source| Client::from(source, gateway.address));
    assert!(open.iter_mut().take(3).all(is_served));
    let mut others = Vec::new();
    for _ in 0..2 {
        others.push(Client::from([127, 0, 0, 3], gateway.address));
        assert!(others.last_mut().is_some_and(is_served), "a connection of another address");
        std::thread::sleep(Duration::from_millis(120));
    }
    assert!(others.iter_mut().all(is_served), "the new connections stay open");
    let closed = open.iter_mut().filter_map(|client| (!is_served(client)).then_some(())).count();
    assert_eq!(closed, 2, "one is closed for each");
}

#[test]
fn one_address_gets_half_of_all_connections() {
    let counted = Bounds { count_loopback: true, ..Bounds::default() };
    let gateway = Setup::new().bounds(counted).toml("[limits]\nconnections = 4").start();
    let mut open = [2; 3].map(|last| Client::from([127, 0, 0, last], gateway.address));
    assert_eq!(open.each_mut().map(is_served), [true, true, false]);
}

const UNFINISHED: &str = "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\ngrant";

/// Two addresses hold all connections, half of them each, with unfinished requests. A connection of a third address is
/// accepted.
#[test]
fn unfinished_requests_are_closed_for_connections_of_other_addresses() {
    let counted = Bounds { count_loopback: true, ..Bounds::default() };
    let gateway = Setup::new().bounds(counted).toml("[limits]\nconnections = 4").start();
    let mut open = [2, 4, 2, 4].map(|last| Client::from([127, 0, 0, last], gateway.address));
    for client in &mut open {
        client.send(UNFINISHED);
    }
    let mut other = served_from([127, 0, 0, 3], &gateway);
    assert!(is_served(&mut other), "the new connection stays open");
}

#[test]
fn a_trusted_proxy_keeps_its_connections_and_gets_new_ones() {
    let counted = Bounds { count_loopback: true, ..Bounds::default() };
    let configured = "[limits]\nconnections = 4\n[server]\ntrusted_proxies = [\"127.0.0.9/32\"]";
    let gateway = Setup::new().bounds(counted).toml(configured).start();
    let mut proxy: Vec<Client> = (0..2).map(|_| served_from([127, 0, 0, 9], &gateway)).collect();
    let mut open = [2; 2].map(|last| Client::from([127, 0, 0, last], gateway.address));
    for client in &mut open {
        client.send(UNFINISHED);
    }
    let _other = served_from([127, 0, 0, 3], &gateway);
    assert!(proxy.iter_mut().all(is_served), "the idle connections of a trusted proxy stay open");
    proxy.push(served_from([127, 0, 0, 9], &gateway));
    assert!(proxy.iter_mut().all(is_served));
}
