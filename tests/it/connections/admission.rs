//! Which connections are closed at accept.

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

#[test]
fn connections_in_all_are_limited_for_everyone() {
    let gateway = Setup::new().toml("[limits]\nconnections = 3").start();
    let mut open: Vec<Client> = (0..3).map(|_| Client::new(gateway.address)).collect();
    assert!(open.iter_mut().all(is_served));
    assert!(!is_served(&mut Client::new(gateway.address)));
    let mut admin = Client::new(gateway.admin.replace("http://", "").parse().expect("an address"));
    admin.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(admin.answer().expect("an answer").status, 200, "the admin listener has connections of its own");
}
