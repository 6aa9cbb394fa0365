//! Answers to requests that the dispatcher never sees. They are sent if the socket takes them at once.

/// Sent, if it still can be, to a client that does not finish the head of its request (RFC 9110 §15.5.9).
pub(super) const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Sent, if it still can be, to a client whose request has no certain end (RFC 9112 §11.2).
pub(super) const BAD_REQUEST: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// Sent for a POST of HTTP/1.0 without a length, which reverse proxies send that speak HTTP/1.0 by default.
pub(super) const LENGTH_REQUIRED: &[u8] =
    b"HTTP/1.1 411 Length Required\r\ncontent-type: text/plain\r\ncontent-length: 84\r\n\
    connection: close\r\n\r\n\
    A POST of HTTP/1.0 needs Content-Length. Behind nginx, set: proxy_http_version 1.1;\n";
