//! The HTTP client: every request that the gateway sends goes through here.
//!
//! It follows no redirects (they would carry a code or a client secret along), asks for no content coding, stores no cookies,
//! reads at most 1 MiB of a body, decoded too, and limits the time of every request. A URL that was learned from metadata reaches public
//! addresses only, whatever its host name resolves to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue};
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::proxies::Proxies;
use super::response_body::{BadBody, decode};
use super::tls::Authorities;

/// The largest body that is read, in bytes.
pub const MAX_BODY: usize = 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an idle connection is kept. Many servers close theirs after five seconds. If a code is sent on a connection at
/// that moment, it is unknown whether the server has redeemed it, so it must not be sent again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// Idle connections to one host, which take descriptors too.
const MAX_IDLE: usize = 32;
/// The highest number of header fields of a response. Content delivery networks send more than the usual limit of 100.
const MAX_HEADERS: usize = 500;

/// The source of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// From the configuration: the URL or its host. Private addresses are allowed.
    Configured,
    /// From the configuration of a client: public addresses only, if they can be checked.
    Registered,
    /// From a provider's metadata: public addresses only, and through a proxy only allowed hosts.
    Learned,
    /// From a client that the operator does not know: public addresses only, and never through a proxy.
    Unknown,
}

/// Why a request got no usable response.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// No complete response within the time limit.
    #[error("no answer in time")]
    Timeout,
    /// No connection, or the connection broke; with the cause.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// This process has no descriptor left for a socket.
    #[error("no socket can be opened: too many open files")]
    Exhausted,
    /// The maximum number of requests is in progress ([`Outbound::limited_to`]).
    #[error("too many requests of this process are in progress")]
    TooMany,
    /// The body is larger than [`MAX_BODY`], or than the request allows.
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
    /// The body has a content coding that is not understood, although `identity` was asked for.
    #[error("answered with Content-Encoding: {0}, which was not asked for")]
    Coding(String),
    /// The body was encoded more than once.
    #[error("answered with several content codings at once, which were not asked for")]
    SeveralCodings,
    /// The body is not gzip, although its content coding says so.
    #[error("answered with a damaged gzip body")]
    Damaged,
    /// A learned URL resolves to an address that is not public.
    #[error("leads to a private address")]
    Private,
    /// A learned URL would go through the proxy, where its addresses cannot be checked, and its host is not allowed.
    #[error("leads through the proxy to {0}, which is not in outbound.allow_hosts")]
    HostNotAllowed(String),
    /// A URL of an unknown client would go through the proxy, where its addresses cannot be checked.
    #[error("leads through the proxy to {0}, which is not in clients_by_url.hosts")]
    HostUnknown(String),
    /// The system has no certificate authorities.
    #[error(
        "this machine has no certificate authorities: install the package ca-certificates, or set SSL_CERT_FILE to a PEM file \
         with them"
    )]
    NoAuthorities,
    /// The request cannot be sent; with the cause.
    #[error("not a request: {0}")]
    Malformed(String),
}

/// The client. Cheap to clone; clones share the limit on requests in progress.
#[derive(Clone)]
pub struct Outbound {
    configured: reqwest::Client,
    learned: reqwest::Client,
    proxied: Option<reqwest::Client>,
    proxies: Arc<Proxies>,
    names: Arc<dyn Resolve>,
    most: usize,
    permits: Arc<Semaphore>,
}

impl Outbound {
    /// Builds the client; fails with [`OutboundError::NoAuthorities`] if the system has none.
    pub fn new() -> Result<Self, OutboundError> {
        Self::built(|builder| builder, Arc::default(), Arc::new(SystemNames))
    }

    /// Builds a client that sends requests through these proxies.
    pub fn through(proxies: Proxies) -> Result<Self, OutboundError> {
        Self::built(|builder| builder, Arc::new(proxies), Arc::new(SystemNames))
    }

    /// Builds a client that trusts no authority, for `http` on a machine that may have none. It uses no proxy.
    pub fn without_authorities() -> Result<Self, OutboundError> {
        Self::built(|builder| builder.tls_certs_only([]), Arc::default(), Arc::new(SystemNames))
    }

    /// Sends at most so many requests at a time; further ones fail with [`OutboundError::TooMany`]. Without this any number is
    /// sent.
    #[must_use]
    pub fn limited_to(self, most: usize) -> Self {
        Self { most, permits: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))), ..self }
    }

    /// A client that trusts these authorities instead of the system's. It uses the same proxies, and its requests count among
    /// those of this one.
    pub fn sibling(&self, authorities: &Authorities) -> Result<Self, OutboundError> {
        let unusable = || OutboundError::Unreachable("ca_file cannot be used".into());
        let tls = authorities.client_config().ok_or_else(unusable)?;
        let trusting = |builder: reqwest::ClientBuilder| builder.tls_backend_preconfigured(tls.clone());
        let built = Self::built(trusting, Arc::clone(&self.proxies), Arc::clone(&self.names))?;
        Ok(Self { most: self.most, permits: Arc::clone(&self.permits), ..built })
    }

    /// How many requests may be in progress at a time.
    pub fn most(&self) -> usize {
        self.most
    }

    #[expect(clippy::disallowed_methods, reason = "this is the home of the HTTP client")]
    fn built(
        roots: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
        proxies: Arc<Proxies>,
        names: Arc<dyn Resolve>,
    ) -> Result<Self, OutboundError> {
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(MAX_IDLE)
                .no_proxy()
                .referer(false)
                .http1_max_headers(MAX_HEADERS)
                .user_agent(concat!("vestibule/", env!("CARGO_PKG_VERSION")))
        };
        let client = |builder: reqwest::ClientBuilder| {
            roots(builder).build().map_err(|error| from_build(innermost_cause(&error)))
        };
        let public_only = PublicOnly(Arc::clone(&names));
        let (configured, learned) = (client(builder())?, client(builder().dns_resolver(Arc::new(public_only)))?);
        let indirect = if proxies.is_empty() { None } else { Some(client(through(builder(), &proxies)?)?) };
        let most = Semaphore::MAX_PERMITS;
        let permits = Arc::new(Semaphore::new(most));
        Ok(Self { configured, learned, proxied: indirect, proxies, names, most, permits })
    }

    /// The client for a URL: through a proxy, or directly with the addresses that are allowed.
    fn client(&self, url: &Url, trust: Trust) -> Result<&reqwest::Client, OutboundError> {
        // The resolver is not called for a host that is an IP address. The parsed URL is checked, because an address can be
        // written in several ways (`127.1`, `0x7f000001`).
        if trust != Trust::Configured && is_private_literal(url) {
            return Err(OutboundError::Private);
        }
        let host = || url.host_str().unwrap_or_default().to_owned();
        match (&self.proxied, trust) {
            (Some(_), Trust::Learned) if self.proxies.cover(url) && !self.proxies.allow(url) => {
                Err(OutboundError::HostNotAllowed(host()))
            }
            (Some(_), Trust::Unknown) if self.proxies.cover(url) => Err(OutboundError::HostUnknown(host())),
            (Some(proxied), _) if self.proxies.cover(url) => Ok(proxied),
            (_, Trust::Configured) => Ok(&self.configured),
            (_, Trust::Registered | Trust::Learned | Trust::Unknown) => Ok(&self.learned),
        }
    }

    /// Sends a request and reads the whole response, within `timeout` in total.
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        trust: Trust,
        timeout: Duration,
    ) -> Result<http::Response<Vec<u8>>, OutboundError> {
        self.send_for_at_most(request, trust, timeout, MAX_BODY).await
    }

    /// The same for a body of at most `max` bytes, decoded too; `max` is at most [`MAX_BODY`].
    pub async fn send_for_at_most(
        &self,
        request: http::Request<Vec<u8>>,
        trust: Trust,
        timeout: Duration,
        max: usize,
    ) -> Result<http::Response<Vec<u8>>, OutboundError> {
        let mut request =
            reqwest::Request::try_from(request).map_err(|error| OutboundError::Malformed(innermost_cause(&error)))?;
        // Without it, a server may choose any content coding (RFC 9110 §12.5.3).
        request.headers_mut().entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        let client = self.client(request.url(), trust)?;
        let _permit = self.permits.try_acquire().map_err(|_| OutboundError::TooMany)?;
        let exchange = async {
            let answer = client.execute(request).await.map_err(|error| from_reqwest(&error))?;
            read(answer, max.min(MAX_BODY)).await
        };
        tokio::time::timeout(timeout, exchange).await.map_err(|_| OutboundError::Timeout)?
    }
}

/// The builder with these proxies. Which requests use them is decided before ([`Proxies::cover`]).
fn through(builder: reqwest::ClientBuilder, proxies: &Proxies) -> Result<reqwest::ClientBuilder, OutboundError> {
    let malformed = |error: reqwest::Error| OutboundError::Malformed(innermost_cause(&error));
    let http =
        proxies.http.as_ref().map(|proxy| reqwest::Proxy::http(proxy.as_str())).transpose().map_err(malformed)?;
    let https =
        proxies.https.as_ref().map(|proxy| reqwest::Proxy::https(proxy.as_str())).transpose().map_err(malformed)?;
    Ok([http, https].into_iter().flatten().fold(builder, reqwest::ClientBuilder::proxy))
}

/// The error of a client that cannot be built. The text is that of rustls-platform-verifier.
fn from_build(cause: String) -> OutboundError {
    if cause.contains("No CA certificates") { OutboundError::NoAuthorities } else { OutboundError::Unreachable(cause) }
}

async fn read(mut answer: reqwest::Response, max: usize) -> Result<http::Response<Vec<u8>>, OutboundError> {
    if answer.content_length().is_some_and(|length| length > max as u64) {
        return Err(OutboundError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| from_reqwest(&error))? {
        if body.len() + chunk.len() > max {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let body = decode(answer.headers_mut(), body, max).map_err(|bad| match bad {
        BadBody::TooLarge => OutboundError::TooLarge,
        BadBody::Coding(name) => OutboundError::Coding(name),
        BadBody::SeveralCodings => OutboundError::SeveralCodings,
        BadBody::Damaged => OutboundError::Damaged,
    })?;
    let mut whole = http::Response::new(body);
    *whole.status_mut() = answer.status();
    std::mem::swap(whole.headers_mut(), answer.headers_mut());
    Ok(whole)
}

fn from_reqwest(error: &reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::Timeout;
    }
    if is_exhaustion(error) || (error.is_connect() && has_no_descriptor()) {
        return OutboundError::Exhausted;
    }
    let text = innermost_cause(error);
    if text.contains(PRIVATE) { OutboundError::Private } else { OutboundError::Unreachable(text) }
}

/// Whether the text of an [`OutboundError`] says that a certificate is not trusted: rustls begins its text with these words.
pub fn is_certificate_error(text: &str) -> bool {
    text.contains("invalid peer certificate")
}

/// The innermost cause. The outer errors repeat the URL, whose query may hold secrets.
fn innermost_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    if text.contains("://") { "invalid URL".into() } else { text }
}

/// Whether some cause is that this process, or the system, has no descriptor left.
fn is_exhaustion(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(is_out_of_descriptors)
}

/// The system's resolver does not say why it fails; so a socket is tried.
fn has_no_descriptor() -> bool {
    std::net::UdpSocket::bind((std::net::Ipv4Addr::LOCALHOST, 0)).is_err_and(|error| is_out_of_descriptors(&error))
}

/// EMFILE and ENFILE, which std has no kind for.
fn is_out_of_descriptors(error: &std::io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}

const PRIVATE: &str = "resolves to a private address";

/// Resolves host names, and rejects those that resolve to an address that is not public. The connection uses the addresses
/// that were checked, so a different answer of the name server to a second query has no effect (DNS rebinding).
struct PublicOnly(Arc<dyn Resolve>);

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let resolving = self.0.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolving.await?.collect();
            if found.iter().any(|address| !is_public(address.ip())) {
                return Err(PRIVATE.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The resolver of the system.
struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn is_private_literal(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Whether an address is outside the private, local and special-use ranges (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            // Global unicast (2000::/3) without documentation, Teredo, 6to4 and other ranges that embed an IPv4 address.
            (first & 0xe000) == 0x2000 && first != 0x2002 && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        }
    }
}

/// A name server for tests of DNS rebinding.
#[cfg(test)]
pub mod rebinding {
    use std::collections::VecDeque;
    use std::sync::Mutex;

    use super::*;

    /// Returns the next list of addresses to each query.
    struct Rebinding(Mutex<VecDeque<Vec<SocketAddr>>>);

    impl Resolve for Rebinding {
        fn resolve(&self, _: Name) -> Resolving {
            let next = self.0.lock().expect("the list").pop_front().unwrap_or_default();
            Box::pin(async move { Ok(Box::new(next.into_iter()) as Addrs) })
        }
    }

    /// A client for which every name resolves to the next of these lists.
    pub(crate) fn client(answers: Vec<Vec<SocketAddr>>) -> Outbound {
        let names = Arc::new(Rebinding(Mutex::new(answers.into())));
        Outbound::built(|builder| builder.tls_certs_only([]), Arc::default(), names).expect("a client")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place is free again when the caller of a request goes away.
    #[tokio::test]
    async fn the_number_of_requests_in_progress_is_limited() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", silent.local_addr().expect("an address"));
        let outbound = Outbound::without_authorities().expect("a client").limited_to(1);
        let send = |outbound: &Outbound, timeout| {
            let request = http::Request::get(&url).body(vec![]).expect("a request");
            let outbound = outbound.clone();
            async move { outbound.send(request, Trust::Configured, timeout).await }
        };
        let first = tokio::spawn(send(&outbound, Duration::from_secs(60)));
        let _accepted = silent.accept().await.expect("a connection");
        let second = send(&outbound, Duration::from_secs(60)).await;
        assert!(matches!(second, Err(OutboundError::TooMany)), "{second:?}");
        first.abort();
        assert!(first.await.is_err_and(|error| error.is_cancelled()));
        let third = send(&outbound, Duration::from_millis(20)).await;
        assert!(matches!(third, Err(OutboundError::Timeout)), "{third:?}");
    }

    /// FI-23: a learned host name is checked at each connection, whatever it resolved to before, and a name that does not resolve
    /// takes no longer than the request may.
    #[tokio::test]
    async fn a_learned_name_is_checked_each_time_and_resolved_in_time() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://localhost:{}/", listener.local_addr().expect("an address").port());
        let outbound = Outbound::without_authorities().expect("a client");
        let send = async |url: &str, trust| {
            let request = http::Request::get(url).body(vec![]).expect("a request");
            outbound.send(request, trust, Duration::from_millis(200)).await
        };
        for round in 0..3 {
            let learned = send(&url, Trust::Learned).await;
            assert!(matches!(learned, Err(OutboundError::Private)), "{round}: {learned:?}");
        }
        let configured = send(&url, Trust::Configured).await;
        assert!(matches!(configured, Err(OutboundError::Timeout)), "it is connected: {configured:?}");
        let started = std::time::Instant::now();
        for trust in [Trust::Learned, Trust::Configured] {
            let unknown = send("http://nothing.invalid/", trust).await;
            let failed = matches!(unknown, Err(OutboundError::Unreachable(_) | OutboundError::Timeout));
            assert!(failed, "{trust:?}: {unknown:?}");
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }

    /// FI-23: DNS rebinding. A name that resolved to a public address, and resolves to a private one at the next query or beside a
    /// public one, is refused, and nothing connects to the private address.
    #[tokio::test]
    async fn a_name_that_resolves_to_another_address_later_is_refused() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("an address");
        let public: SocketAddr = (std::net::Ipv4Addr::new(192, 88, 99, 1), 9).into();
        let answers = vec![vec![public], vec![own], vec![public, own], vec![own, public], vec![public]];
        let outbound = rebinding::client(answers);
        let url = format!("http://rebinding.example:{}/", own.port());
        for is_private in [false, true, true, true, false] {
            let request = http::Request::get(&url).body(vec![]).expect("a request");
            let answer = outbound.send(request, Trust::Learned, Duration::from_millis(200)).await;
            assert_eq!(matches!(answer, Err(OutboundError::Private)), is_private, "{answer:?}");
        }
        let connected = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(connected.is_err(), "{connected:?}");
    }

    #[test]
    fn private_addresses_are_recognised_in_every_notation() {
        let private = [
            "10.0.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ];
        for address in private {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
        for address in ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1"] {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
        for url in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]:80", "[::ffff:10.0.0.1]"] {
            assert!(is_private_literal(&Url::parse(&format!("http://{url}/x")).expect("a URL")), "{url}");
        }
        assert!(!is_private_literal(&Url::parse("http://example.com/x").expect("a URL")));
    }
}
