use actix_web::test::TestRequest;

use super::*;

/// `host|uri|scheme|method`, or the header that contradicts.
fn reported(headers: &[(&str, &str)]) -> String {
    let mut request = TestRequest::default();
    for (name, value) in headers {
        request = request.append_header((*name, *value));
    }
    shown(read(&request.to_http_request(), PathSource::Headers, 443))
}

fn shown(read: Result<SiteRequest<'_>, Contradiction>) -> String {
    match read {
        Ok(site) => {
            let host = site.host.map(|host| host.to_string()).unwrap_or_default();
            let uri = site.uri.map(|uri| String::from_utf8_lossy(uri).into_owned()).unwrap_or_default();
            format!("{host}|{uri}|{}|{}", site.scheme.unwrap_or_default(), site.method.unwrap_or_default())
        }
        Err(contradiction) => contradiction.header.to_string(),
    }
}

#[test]
fn each_family_of_headers_is_read() {
    for (headers, expected) in [
        (&[][..], "|||"),
        (
            &[
                ("X-Forwarded-Host", "A.example.com"),
                ("X-Forwarded-Uri", "/x?y=1,2"),
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Method", "POST"),
            ],
            "a.example.com|/x?y=1,2|https|POST",
        ),
        (
            &[("X-Original-URL", "https://a.example.com/x?y"), ("X-Original-Method", "PUT")],
            "a.example.com|/x?y|https|PUT",
        ),
        (&[("X-Original-URL", "http://a.example.com:8080")], "a.example.com:8080|/|http|"),
        (&[("X-Original-URL", "/x")], "|/x||"),
        (&[("X-Original-URI", "/x?y")], "|/x?y||"),
        (&[("Forwarded", "for=1.2.3.4;host=\"a.example.com:8443\";proto=https")], "a.example.com:8443||https|"),
        (&[("Forwarded", "for=\"x;host=b.example.com\";host=a.example.com")], "a.example.com|||"),
        (&[("X-Forwarded-Proto", "wss"), ("X-Forwarded-Host", "a.example.com:443")], "a.example.com||https|"),
        (&[("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "a.example.com:80")], "a.example.com||http|"),
        (&[("X-Forwarded-Host", "a.example.com:443")], "a.example.com|||"),
        (&[("X-Forwarded-Host", "")], "|||"),
        (&[("X-Forwarded-Host", "user@a.example.com")], "|||"),
        (&[("X-Forwarded-Host", "a.example.com/x")], "|||"),
        (
            &[
                ("X-Forwarded-Host", "a.example.com"),
                ("X-Forwarded-Uri", "/x"),
                ("X-Original-URL", "https://A.example.com.:443/x"),
                ("X-Original-URI", "/x"),
                ("Forwarded", "host=a.example.com"),
            ],
            "a.example.com|/x|https|",
        ),
    ] {
        assert_eq!(reported(headers), expected, "{headers:?}");
    }
}

/// FW-06: headers that disagree, and lists.
#[test]
fn contradictions_and_lists_are_named() {
    for (headers, named) in [
        (&[("X-Forwarded-Host", "a.example.com, b.example.com")][..], "x-forwarded-host"),
        (&[("X-Forwarded-Host", "a.example.com"), ("X-Forwarded-Host", "a.example.com")], "x-forwarded-host"),
        (&[("X-Forwarded-Uri", "/a"), ("X-Forwarded-Uri", "/b")], "x-forwarded-uri"),
        (&[("X-Forwarded-Proto", "https,http")], "x-forwarded-proto"),
        (&[("X-Forwarded-Proto", "ftp")], "x-forwarded-proto"),
        (&[("X-Forwarded-Method", "GET,POST")], "x-forwarded-method"),
        (&[("X-Forwarded-Uri", "/a"), ("X-Original-URI", "/b")], "x-original-uri"),
        (&[("X-Forwarded-Uri", "/a"), ("X-Original-URL", "/b")], "x-original-url"),
        (&[("X-Forwarded-Uri", "/a"), ("X-Original-URL", "https://a.example.com/b")], "x-original-url"),
        (&[("X-Forwarded-Host", "a.example.com"), ("X-Original-URL", "https://b.example.com/")], "x-original-url"),
        (&[("X-Forwarded-Host", "a.example.com"), ("X-Original-URL", "https://a.example.com:8443/")], "x-original-url"),
        (&[("X-Forwarded-Host", "a.example.com"), ("X-Original-URL", "https://x@a.example.com/")], "x-original-url"),
        (&[("X-Original-URL", "a.example.com/x")], "x-original-url"),
        (&[("X-Original-URL", "javascript:alert(1)")], "x-original-url"),
        (&[("X-Forwarded-Proto", "http"), ("X-Original-URL", "https://a.example.com/")], "x-original-url"),
        (&[("X-Forwarded-Method", "GET"), ("X-Original-Method", "POST")], "x-original-method"),
        (&[("Forwarded", "host=a.example.com, host=b.example.com")], "forwarded"),
        (&[("Forwarded", "host=a.example.com;host=b.example.com")], "forwarded"),
        (&[("Forwarded", "nonsense")], "forwarded"),
        (&[("X-Forwarded-Host", "a.example.com"), ("Forwarded", "host=b.example.com")], "forwarded"),
        (&[("X-Forwarded-Proto", "https"), ("Forwarded", "proto=http")], "forwarded"),
        (
            &[("X-Forwarded-Host", "a.example.com"), ("Forwarded", "for=\"x;host=b.example.com\";host =b.example.com")],
            "forwarded",
        ),
        (&[("X-Forwarded-Host", "a.example.com"), ("Forwarded", "host= b.example.com")], "forwarded"),
        (&[("Forwarded", "for=\"x;host=\"b.example.com\"\"")], "forwarded"),
        (&[("Forwarded", "for=\"a\\\";host=b.example.com")], "forwarded"),
        (&[("X-Forwarded-Host", "ａ.example.com")], "x-forwarded-host"),
        (&[("X-Forwarded-Host", "a\u{ad}.example.com")], "x-forwarded-host"),
        (&[("X-Original-URL", "https://ａ.example.com/")], "x-original-url"),
    ] {
        assert_eq!(reported(headers), named, "{headers:?}");
    }
}

#[test]
fn the_path_behind_verify_is_one_more_report() {
    let own = |headers: &[(&str, &str)]| {
        let mut request = TestRequest::post().uri("/verify/x?y").insert_header(("host", "a.example.com"));
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        shown(read(&request.to_http_request(), PathSource::OwnPath("/x?y"), 443))
    };
    assert_eq!(own(&[]), "a.example.com|/x?y||POST");
    assert_eq!(own(&[("X-Forwarded-Host", "a.example.com"), ("X-Forwarded-Uri", "/x?y")]), "a.example.com|/x?y||POST");
    assert_eq!(own(&[("X-Forwarded-Uri", "/public")]), "x-forwarded-uri");
    assert_eq!(own(&[("X-Forwarded-Host", "b.example.com")]), "x-forwarded-host");
    assert_eq!(own(&[("X-Forwarded-Method", "GET")]), "x-forwarded-method");
}

#[test]
fn only_a_peer_in_the_configured_networks_is_trusted() {
    let trusted: [IpNet; 1] = ["10.0.0.0/8".parse().expect("a network")];
    let by = |peer: &str| {
        let request = TestRequest::default().peer_addr(format!("{peer}:1").parse().expect("a peer"));
        is_by_trusted_proxy(&request.to_http_request(), &trusted)
    };
    assert!(by("10.1.2.3") && by("[::ffff:10.0.0.1]") && !by("192.0.2.1") && !by("[2001:db8::1]"));
    assert!(!is_by_trusted_proxy(&TestRequest::default().to_http_request(), &trusted));
}
