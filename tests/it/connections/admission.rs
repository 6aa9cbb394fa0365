//! Which connections are closed at accept.

use std::time::Duration;

use vestibule::server::Bounds;

use super::client::Client;
use crate::support::Setup;

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
    assert!(open.iter_mut().all(is_served), "the others stay");
    open.pop();
    while !is_served(&mut Client::new(gateway.address)) {}
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
fn connections_in_all_are_limited_for_everyone() {
    let gateway = Setup::new().toml("[limits]\nconnections = 3").start();
    let mut open: Vec<Client> = (0..3).map(|_| Client::new(gateway.address)).collect();
    assert!(open.iter_mut().all(is_served));
    for client in &mut open {
        client.send("GET /providers HTTP/1.1\r\n");
    }
    while is_served(&mut Client::new(gateway.address)) {
        std::thread::sleep(Duration::from_millis(120));
    }
    let mut admin = Client::new(gateway.admin.replace("http://", "").parse().expect("an address"));
    admin.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(admin.answer().expect("an answer").status, 200, "the admin listener has connections of its own");
}

/// One address holds all connections, idle before or between its requests: the oldest one is closed for a new connection.
#[test]
fn idle_connections_of_one_address_are_closed_for_those_of_others() {
    let counted = Bounds { count_loopback: true, ..Bounds::default() };
    let gateway = Setup::new().bounds(counted).toml("[limits]\nconnections = 4").start();
    let mut open: Vec<Client> = (0..4).map(|_| Client::from([127, 0, 0, 2], gateway.address)).collect();
    assert!(open.iter_mut().take(3).all(is_served));
    let mut others = Vec::new();
    for _ in 0..2 {
        others.push(Client::from([127, 0, 0, 3], gateway.address));
        assert!(others.last_mut().is_some_and(is_served), "a connection of another address");
        std::thread::sleep(Duration::from_millis(120));
    }
    assert!(others.iter_mut().all(is_served), "they stay");
    let closed = open.iter_mut().filter_map(|client| (!is_served(client)).then_some(())).count();
    assert_eq!(closed, 2, "one is closed for each");
}

/// A network that holds more than half of all connections loses unfinished requests as well.
#[test]
fn unfinished_requests_of_one_address_give_way_to_other_addresses() {
    let counted = Bounds { count_loopback: true, ..Bounds::default() };
    let gateway = Setup::new().bounds(counted).toml("[limits]\nconnections = 4").start();
    let body = "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\ngrant";
    let mut open: Vec<Client> = (0..4).map(|_| Client::from([127, 0, 0, 2], gateway.address)).collect();
    for client in &mut open {
        client.send(body);
    }
    let mut other = Client::from([127, 0, 0, 3], gateway.address);
    while !is_served(&mut other) {
        std::thread::sleep(Duration::from_millis(120));
        other = Client::from([127, 0, 0, 3], gateway.address);
    }
    assert!(is_served(&mut other), "it stays");
}
