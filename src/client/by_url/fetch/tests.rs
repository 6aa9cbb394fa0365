use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use url::Url;

use super::*;
use crate::base::outbound::rebinding;
use crate::base::proxies::Proxies;
use crate::client::by_url::document::tests::settings;

/// FI-23: DNS rebinding. The name is resolved at each fetch, and nothing connects to a private address that it resolves to
/// later, alone or beside a public one; also where the operator has listed the host.
#[tokio::test]
async fn a_document_is_not_read_from_a_private_address_that_its_name_resolves_to_later() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let own = listener.local_addr().expect("an address");
    let public: SocketAddr = (Ipv4Addr::new(192, 88, 99, 1), own.port()).into();
    for hosts in [&[][..], &[&*format!("rebinding.example:{}", own.port())]] {
        let outbound = rebinding::client(vec![vec![public], vec![own], vec![public, own], vec![own, public]]);
        let by_url = ByUrl::new(settings(hosts, false), &outbound).expect("clients by URL");
        let id = format!("https://rebinding.example:{}/client.json", own.port());
        let fetch = || by_url.fetch(&id, Asker::Person, Timestamp::UNIX_EPOCH);
        let first = tokio::time::timeout(Duration::from_millis(200), fetch()).await;
        assert!(first.is_err() || first.is_ok_and(|answer| answer.is_err()), "nothing answers at the public address");
        for round in 0..3 {
            let refused = fetch().await.map(|client| client.id.clone());
            assert_eq!(refused, Err(DocumentError::Unavailable), "{round}");
        }
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "{connected:?}");
        assert!(by_url.cached(&id, Timestamp::UNIX_EPOCH).is_none());
    }
}

/// The proxy resolves names itself, so that it could lead to a private address: `outbound.allow_hosts` is not for documents.
#[tokio::test]
async fn an_unlisted_host_is_not_reached_through_a_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = Url::parse(&format!("http://{}", proxy.local_addr().expect("an address"))).expect("a URL");
    for (hosts, expected) in [(&[][..], false), (&["x.corp.example"][..], true)] {
        let proxies = Proxies { https: Some(at.clone()), allowed: vec!["*.corp.example".into()], ..Proxies::default() };
        let outbound = Outbound::through(proxies).expect("a client");
        let by_url = ByUrl::new(settings(hosts, false), &outbound).expect("clients by URL");
        let fetch = by_url.fetch("https://x.corp.example/c", Asker::Client, Timestamp::UNIX_EPOCH);
        let is_reached = tokio::select! {
            fetched = fetch => !matches!(fetched, Err(DocumentError::Unavailable)),
            _ = proxy.accept() => true,
        };
        assert_eq!(is_reached, expected, "{hosts:?}");
    }
}
