use proptest::prelude::*;

use super::*;

fn read(uri: &str) -> Result<String, PathRefused> {
    SitePath::parse(uri.as_bytes(), false).map(|path| path.as_str().to_owned())
}

/// FW-07: one decoding, and nothing that two servers read differently. With each spelling what the path is read as.
#[test]
fn good_spellings_are_decoded_once() {
    for (uri, path) in [
        ("/", "/"),
        ("/admin", "/admin"),
        ("/admin/", "/admin/"),
        ("/%61dmin", "/admin"),
        ("/%61%64%6D%69%6e", "/admin"),
        ("/ADMIN", "/ADMIN"),
        ("/admin?x=1", "/admin"),
        ("/admin?", "/admin"),
        ("/admin?a=/../b", "/admin"),
        ("/admin?x#y", "/admin"),
        ("/admin?%2e%2e;//", "/admin"),
        ("/a+b", "/a+b"),
        ("/a%20b", "/a b"),
        ("/a,b", "/a,b"),
        ("/a:b@c", "/a:b@c"),
        ("/a=b&c", "/a=b&c"),
        ("/~ada/$x/!y/'z'/(w)/*", "/~ada/$x/!y/'z'/(w)/*"),
        ("/a.b", "/a.b"),
        ("/.well-known/x", "/.well-known/x"),
        ("/...", "/..."),
        ("/..a/b..", "/..a/b.."),
        ("/%2ea", "/.a"),
        ("/caf%C3%A9", "/café"),
        ("/café", "/café"),
        ("/%F0%9F%98%80", "/😀"),
        ("/a%7Eb", "/a~b"),
        ("/a%3Ab", "/a:b"),
        ("/a%40b", "/a@b"),
        ("/%5Bx%5D", "/[x]"),
        ("/%E2%80%AE", "/\u{202e}"),
    ] {
        assert_eq!(read(uri).as_deref(), Ok(path), "{uri}");
    }
}

/// FW-07: spellings that two servers could read as two paths.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn ambiguous_spellings_are_refused() {
    use PathRefused::{
        Backslash, Control, Delimiter, DotSegment, EmptySegment, EncodedSlash, Encoding, Malformed, Parameters, Percent,
    };
    for (refused, uris) in [
        (
            Malformed,
            &[
                "",
                "admin",
                "*",
                "?x",
                "http://a/b",
                " /a",
                "/a b",
                "/a\tb",
                "/a\rb",
                "/a\nb",
                "/a\0b",
                "\\a",
                "/a\u{7f}",
            ][..],
        ),
        (
            Percent,
            &[
                "/%",
                "/%2",
                "/%zz",
                "/a%",
                "/%g1",
                "/%1g",
                "/%252e%252e/admin",
                "/%2561dmin",
                "/a%25",
                "/%25",
                "/%%32%65",
                "/%u002e",
                "/%+2",
                "/% 2",
                "/%-1",
                "/%c",
                "/a%2",
            ]
            .map(|uri| if uri == "/% 2" { "/%x2" } else { uri }),
        ),
        (EncodedSlash, &["/a%2fb", "/a%2Fb", "/%2f", "/public/..%2fadmin", "/public%2f..%2fadmin", "/%2e%2e%2fadmin"]),
        (
            Delimiter,
            &["/a%3fb", "/a%3Fb", "/public%3f/../admin", "/a#b", "/#", "/admin#/public", "/a%23b", "/public%23"],
        ),
        (
            Parameters,
            &[
                "/a;b",
                "/a;",
                "/;/a",
                "/a%3bb",
                "/a%3Bb",
                "/admin;x=1/y",
                "/public/..;/admin",
                "/public;/admin",
                "/admin;jsessionid=1",
            ],
        ),
        (
            Backslash,
            &["/a\\b", "/\\", "/a%5cb", "/a%5Cb", "/public\\..\\admin", "/public%5c..%5cadmin", "/\\evil.example"],
        ),
        (
            Control,
            &[
                "/a%00b",
                "/%00",
                "/admin%00.css",
                "/a%0ab",
                "/a%0db",
                "/a%09b",
                "/a%1fb",
                "/a%7fb",
                "/a%C2%85b",
                "/a%C2%80",
            ],
        ),
        (
            EmptySegment,
            &[
                "//",
                "//a",
                "/a//b",
                "/a//",
                "///",
                "//admin",
                "//evil.example/a",
                "/public//../admin",
                "//public//admin",
            ],
        ),
        (
            DotSegment,
            &[
                "/.",
                "/..",
                "/./a",
                "/a/.",
                "/a/./b",
                "/../a",
                "/a/..",
                "/a/../b",
                "/%2e",
                "/%2e%2e",
                "/%2E%2e/admin",
                "/.%2e/admin",
                "/%2e./admin",
                "/public/%2e%2e/admin",
                "/public/../admin",
                "/public/./../admin",
                "/a/%2e/b",
                "/..?x",
            ],
        ),
        (
            Encoding,
            &[
                "/%ff",
                "/%c0%ae%c0%ae/admin",
                "/%c0%af",
                "/%e0%80%af",
                "/%f0%80%80%af",
                "/%c1%9c",
                "/%ed%a0%80",
                "/%C3",
                "/a%80",
            ],
        ),
    ] {
        for uri in uris {
            assert_eq!(read(uri), Err(refused), "{uri:?}");
        }
    }
    assert_eq!(SitePath::parse(b"/\xff", false).err(), Some(Encoding));
    assert_eq!(read(&format!("/{}", "a".repeat(MAX_LEN))), Err(PathRefused::TooLong));
}

#[test]
fn servers_that_ignore_case_also_ignore_trailing_dots_and_spaces() {
    let read = |uri: &str| SitePath::parse(uri.as_bytes(), true).map(|path| path.as_str().to_owned());
    for same in ["/admin", "/ADMIN", "/Admin", "/%41dmin", "/adm\u{131}n", "/adm\u{130}n"] {
        let path = read(same).expect("a path");
        assert!(path == "/admin" || path == "/admi\u{307}n", "{same} is {path}");
    }
    assert_eq!(read("/\u{17f}ecret").as_deref(), Ok("/secret"), "the long s");
    for ambiguous in ["/admin.", "/admin./x", "/admin%20", "/admin%20/x", "/admin%2e", "/..."] {
        assert_eq!(read(ambiguous), Err(PathRefused::TrailingDot), "{ambiguous}");
    }
    for name in ["/admin::$INDEX_ALLOCATION/x", "/admin:x", "/admin%3a$DATA"] {
        assert_eq!(read(name), Err(PathRefused::Colon), "{name}");
        assert!(SitePath::parse(name.as_bytes(), false).is_ok(), "{name}");
    }
    for short in ["/ADMINI~1/x", "/admini%7e1", "/x~y~2"] {
        assert_eq!(read(short), Err(PathRefused::ShortName), "{short}");
    }
    assert_eq!(read("/~ada/x~y").as_deref(), Ok("/~ada/x~y"));
    assert_eq!(SitePath::parse(b"/wiki/Inc.", false).map(|path| path.as_str().to_owned()).as_deref(), Ok("/wiki/Inc."));
}

fn is_match(pattern: &str, uri: &str) -> bool {
    let pattern = PathPattern::parse(pattern, false).unwrap_or_else(|bad| panic!("{pattern} {bad}"));
    SitePath::parse(uri.as_bytes(), false).is_ok_and(|path| pattern.matches(&path))
}

#[test]
fn patterns_match_whole_paths() {
    for (pattern, good, bad) in [
        ("/", &["/", "/?x"][..], &["/a", "/index.html"][..]),
        ("/**", &["/", "/a", "/a/", "/a/b"], &["//", "/a/../b"]),
        (
            "/x/**",
            &["/x", "/x/", "/x/a", "/x/a/b", "/%78/a", "/x?y"],
            &["/", "/xy", "/X", "/y/x", "/x%2fa", "/x;a", "/a/../x"],
        ),
        ("/x", &["/x"], &["/x/", "/x/a", "/X"]),
        ("/x/", &["/x/"], &["/x", "/x/a"]),
        ("/x/*", &["/x/a", "/x/a%20b"], &["/x", "/x/", "/x/a/", "/x/a/b"]),
        ("/*.css", &["/a.css", "/.css"], &["/a.css/b", "/a/b.css", "/a.CSS", "/admin%00.css", "/admin%3f.css"]),
        ("/img/*.p*g", &["/img/a.png", "/img/a.jpg.pxg"], &["/img/a.jpg", "/img/a/b.png"]),
        ("/a/**/b", &["/a/b", "/a/x/b", "/a/x/y/b"], &["/a", "/a/b/", "/a/x", "/ab"]),
        ("/caf\u{e9}/**", &["/caf%C3%A9", "/café/x"], &["/cafe", "/caf%E9"]),
        ("/a b", &["/a%20b"], &["/a+b", "/ab"]),
    ] {
        for uri in good {
            assert!(is_match(pattern, uri), "{pattern} {uri}");
        }
        for uri in bad {
            assert!(!is_match(pattern, uri), "{pattern} {uri}");
        }
    }
}

#[test]
fn patterns_that_no_path_can_have_are_refused() {
    for bad in [
        "", "x", "*", "/a//b", "/a/../b", "/./a", "/a%20b", "/a;b", "/a\\b", "/a?b", "/a#b", "/a**", "/**a/b",
        "/a\u{0}",
    ] {
        assert!(PathPattern::parse(bad, false).is_err(), "{bad:?}");
    }
    assert!(PathPattern::parse("/a./b", true).is_err() && PathPattern::parse("/a./b", false).is_ok());
    assert_eq!(PathPattern::parse(&"/a".repeat(101), false), Err(BadPathPattern::TooLong));
}

#[test]
fn patterns_know_what_they_include() {
    let includes = |wide: &str, narrow: &str| {
        let pattern = |text: &str| PathPattern::parse(text, false).expect("a pattern");
        pattern(wide).includes(&pattern(narrow))
    };
    for (wide, narrow) in
        [("/**", "/"), ("/**", "/a/**"), ("/a/**", "/a"), ("/a/**", "/a/b/*"), ("/*", "/a"), ("/a*", "/a*")]
    {
        assert!(includes(wide, narrow), "{wide} {narrow}");
    }
    for (wide, narrow) in
        [("/a/**", "/**"), ("/*", "/"), ("/*", "/**"), ("/a", "/a/"), ("/a*", "/ab*"), ("/a/*", "/a/**")]
    {
        assert!(!includes(wide, narrow), "{wide} {narrow}");
    }
}

/// A path and a pattern of a few letters that matter here.
const PATH: &str = r"(/|\.|%2e|%2f|%5c|%25|%61|a|b|;|\?|#|\\|%00|%c3%a9|é|%){0,12}";
const PATTERN: &str = r"/((a|b|\*|\*\*|a\*|é|\.a)/){0,4}(a|b|\*|\*\*|)";

proptest! {
    /// FW-07, FZ-04: what is accepted has only plain segments, also for a server that decodes or cleans a second time.
    #[test]
    fn an_accepted_path_is_read_alike_by_every_server(uri in PATH) {
        if let Ok(path) = read(&uri) {
            prop_assert!(path.starts_with('/') && !path.contains("//"), "{uri:?}");
            prop_assert!(!path.contains(['%', ';', '\\', '?', '#']) && !path.contains(char::is_control), "{uri:?}");
            prop_assert!(path.split('/').all(|segment| segment != "." && segment != ".."), "{uri:?}");
            let again = url::Url::parse("http://a.example").and_then(|base| base.join(&uri)).expect("a URL");
            let decoded = percent_encoding::percent_decode_str(again.path()).decode_utf8().expect("UTF-8").into_owned();
            prop_assert_eq!(decoded, path, "{:?}", uri);
        }
    }

    /// FZ-04: any bytes.
    #[test]
    fn any_bytes_are_read_without_a_panic(uri in proptest::collection::vec(any::<u8>(), 0..64), ignore_case: bool) {
        let mut uri = uri;
        uri.insert(0, b'/');
        if let Ok(path) = SitePath::parse(&uri, ignore_case) {
            prop_assert!(PathPattern::parse("/**", ignore_case).expect("a pattern").matches(&path));
        }
    }

    #[test]
    fn a_pattern_that_includes_another_matches_all_of_it(wide in PATTERN, narrow in PATTERN, uri in "(/(a|b|ab|é|\\.a|)){1,5}") {
        let (wide, narrow) = (PathPattern::parse(&wide, false), PathPattern::parse(&narrow, false));
        if let (Ok(wide), Ok(narrow), Ok(path)) = (wide, narrow, SitePath::parse(uri.as_bytes(), false))
            && wide.includes(&narrow) && narrow.matches(&path)
        {
            prop_assert!(wide.matches(&path), "{} {} {uri}", wide.as_str(), narrow.as_str());
        }
    }
}
