//! The request to a site, as its reverse proxy reports it: host, URI, scheme and method.
//! [`client_address`](super::client_address) reads the client's address.
//!
//! Several headers can name each of them. All that are present must agree, and none may be a list: a list, or a header beside
//! another one that differs, has a part that the client sent (FW-06).

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::header::{self, FORWARDED, HeaderName, HeaderValue};
use actix_web::http::uri::Authority;
use ipnet::IpNet;

use super::forwarded_pairs::elements;
use crate::config::SiteHost;

const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const ORIGINAL_URL: HeaderName = HeaderName::from_static("x-original-url");
const ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");
const ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");

/// The request to the site. What the proxy did not report, or not in a usable form, is `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SiteRequest<'r> {
    /// The host and the port.
    pub host: Option<SiteHost>,
    /// Path and query, as sent.
    pub uri: Option<&'r [u8]>,
    /// The scheme: `http` or `https`, also for WebSocket connections.
    pub scheme: Option<&'static str>,
    /// The method of the request to the site.
    pub method: Option<&'r str>,
}

/// The source of the path of the request to the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathSource<'r> {
    /// In headers; the path of this request is `/verify`.
    Headers,
    /// Behind `/verify`, as Envoy sends it. The host and the method of this request are then the host and the method of
    /// the request to the site.
    OwnPath(&'r str),
}

/// A header that is a list or contradicts another one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{header} {form}")]
pub struct Contradiction {
    /// The name of the header.
    pub header: HeaderName,
    form: Form,
}

/// What is wrong with a header.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
enum Form {
    #[error("came more than once")]
    Repeated,
    #[error("is a list, or is not readable")]
    Unreadable,
    #[error("contradicts another header")]
    Differs,
}

impl Form {
    fn of(self, header: &HeaderName) -> Contradiction {
        Contradiction { header: header.clone(), form: self }
    }
}

/// The values that one request can report.
#[derive(Default)]
struct Reported<'r> {
    scheme: Option<&'static str>,
    host: Option<&'r str>,
    uri: Option<&'r [u8]>,
    method: Option<&'r str>,
}

/// Whether the peer of the connection is a trusted proxy.
pub fn is_by_trusted_proxy(request: &HttpRequest, trusted: &[IpNet]) -> bool {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    peer.is_some_and(|peer| trusted.iter().any(|net| net.contains(&peer)))
}

/// Reads the request to the site. Call it only for a request of a trusted proxy. `default_port` is the port of a scheme
/// which is not reported.
pub fn read<'r>(
    request: &'r HttpRequest,
    source: PathSource<'r>,
    default_port: u16,
) -> Result<SiteRequest<'r>, Contradiction> {
    let mut reported = match source {
        PathSource::OwnPath(uri) => Reported::of_own(request, uri),
        PathSource::Headers => Reported::default(),
    };
    read_headers(&mut reported, request)?;
    let port = match reported.scheme {
        Some("https") => 443,
        Some(_) => 80,
        None => default_port,
    };
    let host = reported.host.and_then(|host| SiteHost::parse(host, port));
    Ok(SiteRequest { host, uri: reported.uri, scheme: reported.scheme, method: reported.method })
}

impl<'r> Reported<'r> {
    /// What the request to `/verify` itself has, where the path of the request to the site stands behind it.
    fn of_own(request: &'r HttpRequest, uri: &'r str) -> Self {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        Self {
            scheme: None,
            host: request.uri().authority().map(Authority::as_str).or(host),
            uri: Some(uri.as_bytes()),
            method: Some(request.method().as_str()),
        }
    }
}

/// Reads all headers that are present, each of which must agree with those before it.
fn read_headers<'r>(reported: &mut Reported<'r>, request: &'r HttpRequest) -> Result<(), Contradiction> {
    if let Some(proto) = text(request, &PROTO)? {
        set_same(&mut reported.scheme, scheme(proto).ok_or_else(|| Form::Unreadable.of(&PROTO))?, &PROTO)?;
    }
    if let Some(host) = text(request, &HOST)? {
        set_same_host(&mut reported.host, host, &HOST)?;
    }
    if let Some(uri) = single(request, &URI)? {
        set_same(&mut reported.uri, uri, &URI)?;
    }
    if let Some(method) = text(request, &METHOD)? {
        set_same(&mut reported.method, method, &METHOD)?;
    }
    if let Some(url) = single(request, &ORIGINAL_URL)? {
        original_url(reported, url)?;
    }
    if let Some(uri) = single(request, &ORIGINAL_URI)? {
        set_same(&mut reported.uri, uri, &ORIGINAL_URI)?;
    }
    if let Some(method) = text(request, &ORIGINAL_METHOD)? {
        set_same(&mut reported.method, method, &ORIGINAL_METHOD)?;
    }
    if let Some(line) = text(request, &FORWARDED)? {
        forwarded(reported, line)?;
    }
    Ok(())
}

/// The value of a header; `None` if it is absent or empty.
fn single<'r>(request: &'r HttpRequest, name: &HeaderName) -> Result<Option<&'r [u8]>, Contradiction> {
    let mut values = request.headers().get_all(name);
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => Err(Form::Repeated.of(name)),
        (value, _) => Ok(value.map(HeaderValue::as_bytes).filter(|value| !value.is_empty())),
    }
}

/// The value of a header if it is text of visible ASCII without a comma.
fn text<'r>(request: &'r HttpRequest, name: &HeaderName) -> Result<Option<&'r str>, Contradiction> {
    let Some(value) = single(request, name)? else { return Ok(None) };
    let text = std::str::from_utf8(value).ok().filter(|text| text.is_ascii() && !text.contains(','));
    text.map(Some).ok_or_else(|| Form::Unreadable.of(name))
}

/// The scheme as `http` or `https`: a proxy reports WebSocket connections by their own schemes.
fn scheme(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "https" | "wss" => Some("https"),
        "http" | "ws" => Some("http"),
        _ => None,
    }
}

fn set_same<T: PartialEq>(known: &mut Option<T>, found: T, name: &HeaderName) -> Result<(), Contradiction> {
    if known.as_ref().is_some_and(|known| *known != found) {
        return Err(Form::Differs.of(name));
    }
    *known = Some(found);
    Ok(())
}

/// Hosts are compared without letter case and trailing dot. A port that only one of them names is the scheme's default, or the
/// two differ: which one is read is decided by the other.
fn set_same_host<'r>(known: &mut Option<&'r str>, found: &'r str, name: &HeaderName) -> Result<(), Contradiction> {
    let Some(before) = *known else {
        *known = Some(found);
        return Ok(());
    };
    let same = |port: u16| {
        let hosts = (SiteHost::parse(before, port), SiteHost::parse(found, port));
        hosts.0.is_some() && hosts.0 == hosts.1
    };
    if same(443) || same(80) { Ok(()) } else { Err(Form::Differs.of(name)) }
}

/// `X-Original-URL`: an absolute URL, or path and query only.
fn original_url<'r>(reported: &mut Reported<'r>, url: &'r [u8]) -> Result<(), Contradiction> {
    let bad = || Form::Unreadable.of(&ORIGINAL_URL);
    if url.first() == Some(&b'/') {
        return set_same(&mut reported.uri, url, &ORIGINAL_URL);
    }
    let colon = url.iter().position(|byte| *byte == b':').ok_or_else(bad)?;
    let (proto, rest) = url.split_at(colon);
    let rest = rest.strip_prefix(b"://").ok_or_else(bad)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (host, uri) = rest.split_at(end);
    let ascii = |bytes: &'r [u8]| std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).ok_or_else(bad);
    let (proto, host) = (ascii(proto)?, ascii(host)?);
    set_same(&mut reported.scheme, scheme(proto).ok_or_else(bad)?, &ORIGINAL_URL)?;
    set_same_host(&mut reported.host, host, &ORIGINAL_URL)?;
    set_same(&mut reported.uri, if uri.is_empty() { b"/" } else { uri }, &ORIGINAL_URL)
}

/// `Forwarded` with one element (RFC 7239 §4). It has no path.
fn forwarded<'r>(reported: &mut Reported<'r>, line: &'r str) -> Result<(), Contradiction> {
    let bad = || Form::Unreadable.of(&FORWARDED);
    for pair in elements(line).ok_or_else(bad)?.into_iter().flatten() {
        let (Some(Cow::Borrowed(value)), false) = (pair.value, pair.is_ambiguous) else { return Err(bad()) };
        match pair.name.to_ascii_lowercase().as_str() {
            "proto" => set_same(&mut reported.scheme, scheme(value).ok_or_else(bad)?, &FORWARDED)?,
            "host" => set_same_host(&mut reported.host, value, &FORWARDED)?,
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
