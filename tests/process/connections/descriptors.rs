//! A gateway that has no descriptor left.

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::witness::connections_to;
use crate::gateway::Gateway;
use crate::setup::Setup;
use crate::visitor::Visitor;

/// Sets the soft limit of open files of a running gateway, and returns the one before.
fn limit(gateway: &Gateway, descriptors: Option<u64>) -> Option<u64> {
    let pid = Pid::from_raw(i32::try_from(gateway.pid()).expect("a process id"));
    let new = |maximum| Rlimit { current: descriptors, maximum };
    let maximum = rustix::process::getrlimit(Resource::Nofile).maximum;
    prlimit(pid, Resource::Nofile, new(maximum)).expect("our own child").current
}

/// One request on an open connection: its answer, as long as that fits into 16 KiB.
async fn ask(stream: &mut TcpStream, path: &str, cookies: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nCookie: {cookies}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("an open connection");
    let mut answer = String::new();
    while !answer.contains('}') {
        let mut bytes = vec![0; 16 * 1024];
        let read = stream.read(&mut bytes).await.expect("an answer");
        assert!(read > 0, "the connection ended after {answer}");
        answer.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    answer
}

/// Before, this was 502 `provider_error`.
#[tokio::test]
async fn a_login_without_a_free_descriptor_is_overloaded() {
    let (setup, visitor) = (Setup::new(), Visitor::new());
    let gateway = &setup.gateway;
    let away = setup.begin(&visitor).await;
    let back = visitor.decide(&away, &[("person", "ada")]).await;
    let cookies = visitor.cookies(back.as_str());
    // The connection that fetched the metadata would be used again.
    while connections_to(away.port().expect("a port")) > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let mut stream = TcpStream::connect(("127.0.0.1", gateway.settings.port)).await.expect("a connection");
    assert!(ask(&mut stream, "/providers", "").await.starts_with("HTTP/1.1 200"));
    let before = limit(gateway, Some(3));
    let answer = ask(&mut stream, &format!("{}?{}", back.path(), back.query().expect("a query")), &cookies).await;
    limit(gateway, before);
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("\"overloaded\""), "{answer}\n{}", gateway.log());
    assert!(answer.to_lowercase().contains("retry-after"), "{answer}");
    assert!(gateway.log().contains("no socket can be opened"), "{}", gateway.log());
    assert_eq!(setup.sign_in(&Visitor::new(), &[("person", "ada")]).await.status, 303);
}
