//! Every route, with every kind of credential, from every kind of origin, against the table of routes.

use vestibule::web::{Access, Cors, Entry, OriginRule, ROUTES, Row, Verb};

use super::credentials::{ALLOWED, Credential, From, Kind, OF_CLIENT, all, origins, start};
use crate::support::Answer;

/// The result of the guard for a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It names no session, or none that this endpoint accepts.
    Unauthorized,
    /// It is valid, but lacks the scope.
    Forbidden,
    Good,
    /// It is not read.
    Ignored,
}

fn verdict(access: Access, kind: Kind) -> Verdict {
    use Kind::{Account, App, BuiltIn, ClientCredentials, Cookie, ForServices};
    match (access, kind) {
        (Access::Open | Access::Browser | Access::Client | Access::LogoutToken, _) => Verdict::Ignored,
        (Access::Cookie | Access::Account | Access::BuiltIn | Access::Site, Cookie)
        | (Access::Account | Access::BuiltIn | Access::OpenId, Account)
        | (Access::BuiltIn | Access::OpenId | Access::Site, BuiltIn | ForServices)
        | (Access::OpenId, App) => Verdict::Good,
        (Access::Account, BuiltIn | ForServices) | (Access::OpenId, ClientCredentials) => Verdict::Forbidden,
        _ => Verdict::Unauthorized,
    }
}

/// The status and the code with which the guard refuses; `None` if the handler answers.
fn refusal(entry: &Entry, kind: Kind, from: &From) -> Option<(u16, &'static str)> {
    // A program gets an error instead of the confirmation page.
    let is_foreign = entry.origin != OriginRule::Any && !from.is_listed;
    match verdict(entry.access, kind) {
        Verdict::Unauthorized => Some((401, "")),
        Verdict::Forbidden => Some((403, "insufficient_scope")),
        Verdict::Good if is_foreign && kind == Kind::Cookie => Some((403, "foreign_origin")),
        Verdict::Ignored if is_foreign => Some((403, "foreign_origin")),
        Verdict::Good | Verdict::Ignored => None,
    }
}

/// Each parameter is replaced by an unknown id, so that no row is found.
fn path_of(row: &Row) -> String {
    let parts = row.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn check_cors(answer: &Answer, cors: Cors, from: &From, what: &str) {
    let origin = from.origin.as_deref().filter(|origin| [ALLOWED, OF_CLIENT].contains(origin)).unwrap_or_default();
    let expected = match cors {
        Cors::Nobody => ("", ""),
        Cors::Configured => (origin, if origin == ALLOWED { "true" } else { "" }),
        Cors::Anyone => ("*", ""),
    };
    let got = (answer.header("access-control-allow-origin"), answer.header("access-control-allow-credentials"));
    assert_eq!(got, expected, "{what}");
}

/// Sends a request and compares the response with the table.
async fn hold(row: &Row, entry: &Entry, method: &str, credential: &Credential, from: &From) {
    let what = format!("{method} {} with {:?} from {from:?}", row.path, credential.kind);
    let answer = from.on(credential.ask(method, &path_of(row))).send().await;
    check_cors(&answer, entry.cors, from, &what);
    match refusal(entry, credential.kind, from) {
        Some((status, code)) => {
            assert_eq!(answer.status, status, "{what}: {answer:?}");
            let has_code = method == "HEAD" || answer.body.contains(&format!("\"code\":\"{code}\""));
            assert!(code.is_empty() || has_code, "{what}: {answer:?}");
        }
        None if entry.access == Access::Client => assert!((400..500).contains(&answer.status), "{what}: {answer:?}"),
        None => {
            assert!(answer.status < 500 && ![401, 403, 405].contains(&answer.status), "{what}: {answer:?}");
        }
    }
    let ends = row.path == "/logout" && method == "POST" && answer.status == 204;
    if credential.kind == Kind::Cookie && ends {
        credential.browser.sign_in("ada").await;
    }
}

/// Whether the verdict depends on the origin or on the credential, so that each pair is tried.
fn is_judged(entry: &Entry) -> bool {
    verdict(entry.access, Kind::Nothing) != Verdict::Ignored || entry.origin != OriginRule::Any
}

/// SE-13, FW-16: for a route that reads neither, each kind of credential and of origin is tried once.
#[tokio::test]
async fn every_route_accepts_exactly_its_credentials_and_origins() {
    let gateway = start();
    let (credentials, origins) = (all(&gateway).await, origins(&gateway));
    let mut tried = 0;
    for row in ROUTES {
        for entry in row.entries {
            for method in entry.verb.names() {
                for (number, credential) in credentials.iter().enumerate() {
                    for (other, from) in origins.iter().enumerate() {
                        if is_judged(entry) || number == 0 || other == 0 {
                            hold(row, entry, method, credential, from).await;
                            tried += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(tried > 3000, "{tried}");
    // All credentials are still valid: refused requests had no effect.
    for credential in &credentials {
        let path = if credential.kind == Kind::App { "/userinfo" } else { "/session" };
        let good =
            [Kind::Cookie, Kind::BuiltIn, Kind::Account, Kind::ForServices, Kind::App].contains(&credential.kind);
        let status = credential.ask("GET", path).send().await.status;
        assert_eq!(status, if good { 200 } else { 401 }, "{:?}", credential.kind);
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM subs"), 5);
}

#[tokio::test]
async fn every_route_answers_preflights_and_other_methods_without_credentials() {
    let gateway = start();
    let browser = gateway.browser();
    let takes_each_method = |row: &&Row| row.entries.iter().any(|entry| entry.verb == Verb::Any);
    for row in ROUTES.iter().filter(|row| !takes_each_method(row)) {
        let path = path_of(row);
        for from in &origins(&gateway) {
            let answer = from.on(browser.ask("OPTIONS", &path).for_json()).send().await;
            let cors = row.entries.iter().map(|entry| entry.cors).find(|cors| *cors != Cors::Nobody);
            assert_eq!(answer.status, if cors.is_some() { 204 } else { 405 }, "OPTIONS {path}: {answer:?}");
            check_cors(&answer, cors.unwrap_or(Cors::Nobody), from, &path);
            let readable = !answer.header("access-control-allow-origin").is_empty();
            let methods = if readable { row.cors_methods().join(", ") } else { String::new() };
            assert_eq!(answer.header("access-control-allow-methods"), methods, "{path}");
        }
        for method in ["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "TRACE", "PROPFIND"] {
            let has = row.entries.iter().any(|entry| entry.verb.names().contains(&method));
            if !has {
                let answer = browser.ask(method, &path).for_json().send().await;
                assert_eq!((answer.status, answer.header("allow")), (405, row.allow().as_str()), "{method} {path}");
            }
        }
    }
}

/// Rules for every row, also for new ones.
#[test]
fn the_route_table_follows_its_rules() {
    for row in ROUTES {
        for entry in row.entries {
            let what = format!("{} {:?}", row.path, entry.verb);
            let changes = entry.verb.names().iter().any(|method| ["POST", "DELETE"].contains(method));
            if row.path == "/account" || row.path.starts_with("/account/") {
                assert_eq!((entry.access, entry.cors), (Access::Cookie, Cors::Nobody), "{what}");
            }
            if ["/sessions", "/identities"].iter().any(|path| row.path.starts_with(path)) {
                assert_eq!(entry.access, Access::Account, "{what}");
            }
            let by_cookie = matches!(entry.access, Access::Cookie | Access::Account | Access::BuiltIn);
            assert!(entry.access == Access::Open || entry.cors != Cors::Anyone, "{what}");
            assert!(!(changes && by_cookie) || entry.origin == OriginRule::Listed, "{what}");
        }
        assert!(!row.entries.is_empty() && row.path.starts_with('/'), "{}", row.path);
        let same = ROUTES.iter().filter(|other| other.path == row.path).count();
        assert_eq!(same, 1, "{} stands there twice", row.path);
    }
}
