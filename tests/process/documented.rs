//! The code blocks of README and documentation that need a running gateway, run unchanged, except that the URLs of the
//! examples are replaced by the URLs of the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::apps::setting::{NOWHERE, SECRET, confidential, sent_back, setup};
use crate::directory::Directory;
use crate::gateway::Ended;
use crate::operating::Dev;
use crate::peer;
use crate::setup::Setup;
use crate::snippets::named;
use crate::visitor::{Visitor, param};

/// The gateway of the examples.
const GATEWAY: &str = "https://login.example.com";

/// The text with a part replaced that must be in it.
fn replaced(text: &str, part: &str, by: &str) -> String {
    assert!(text.contains(part), "{part} is missing in\n{text}");
    text.replace(part, by)
}

/// The language of a verifying snippet.
#[derive(Clone, Copy, Debug)]
enum Language {
    Node,
    Python,
}

const LANGUAGES: [Language; 2] = [Language::Node, Language::Python];

/// The tokens that a service with the snippet accepts.
#[derive(Clone, Copy, Debug)]
struct Expected<'a> {
    jwks: &'a str,
    issuer: &'a str,
    audience: &'a str,
}

impl Language {
    /// The snippet as a program: reads a token, prints the `sub` of its claims.
    fn program(self, expected: Expected) -> String {
        let (name, before, after) = match self {
            Self::Node => ("verify-node", "const [token] = process.argv.slice(2);\n", "console.log(payload.sub);\n"),
            Self::Python => ("verify-python", "import sys\n\ntoken = sys.argv[1]\n", "print(claims[\"sub\"])\n"),
        };
        let (keys, audience, quoted) = match self {
            Self::Node => {
                ("${issuer}/.well-known/jwks.json", "audience: issuer", format!("audience: '{}'", expected.audience))
            }
            Self::Python => {
                ("{issuer}/.well-known/jwks.json", "audience=issuer", format!("audience=\"{}\"", expected.audience))
            }
        };
        let snippet = replaced(&named(name), GATEWAY, expected.issuer);
        let snippet = replaced(&replaced(&snippet, keys, expected.jwks), audience, &quoted);
        format!("{before}{snippet}{after}")
    }

    fn run(self, expected: Expected, token: &str) -> Ended {
        let place = Directory::new();
        let mut command = match self {
            Self::Node => {
                let script = PathBuf::from(place.write("verify.mjs", &self.program(expected)));
                // Node.js looks for modules beside the script.
                let modules = crate::snippets::root().join("tests/peers/node_modules");
                std::os::unix::fs::symlink(modules, place.join("node_modules")).expect("a link");
                peer::node_at(&script)
            }
            Self::Python => peer::python_at(Path::new(&place.write("verify.py", &self.program(expected)))),
        };
        peer::run(command.arg(token), "")
    }
}

/// A gateway with the app `web`, which has its own audience, and the tokens of its login.
struct Issued {
    setup: Setup,
    jwks: String,
    issuer: String,
    tokens: Value,
}

impl Issued {
    async fn new() -> Self {
        let setup = setup(&confidential("web", SECRET, NOWHERE, "audience = [\"https://orders.example.com\"]"));
        let (issuer, visitor) = (setup.gateway.public(), Visitor::new());
        let request = [
            ("client_id", "web"),
            ("redirect_uri", NOWHERE),
            ("response_type", "code"),
            ("scope", "openid profile offline_access"),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(request).finish();
        let back = sent_back(&visitor, &setup.at(&format!("/oauth2/authorize?{query}")), NOWHERE).await;
        let code = param(&back, "code");
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", NOWHERE),
            ("client_id", "web"),
            ("client_secret", SECRET),
        ];
        let exchange = visitor.request(reqwest::Method::POST, setup.at("/oauth2/token")).form(&form);
        let answer = Visitor::send(exchange).await;
        assert_eq!(answer.status, 200, "{answer}\n{}", setup.gateway.log());
        Self { jwks: format!("{issuer}/.well-known/jwks.json"), issuer, tokens: answer.json(), setup }
    }

    fn token(&self, name: &str) -> &str {
        self.tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.tokens))
    }

    fn expected<'a>(&'a self, audience: &'a str) -> Expected<'a> {
        Expected { jwks: &self.jwks, issuer: &self.issuer, audience }
    }

    #[track_caller]
    fn accepted(&self, expected: Expected, token: &str, sub: &Value) {
        for language in LANGUAGES {
            let ended = language.run(expected, token);
            assert_eq!(ended.code, Some(0), "{language:?}: {}\n{}", ended.stderr, self.setup.gateway.log());
            assert_eq!(ended.stdout.trim(), sub, "{language:?}");
        }
    }
}

/// Each verifier refuses the token, by an error of its library and not by a mistake in the snippet.
#[track_caller]
fn refused(case: &str, expected: Expected, token: &str) {
    for language in LANGUAGES {
        let ended = language.run(expected, token);
        assert_eq!(ended.code, Some(1), "{language:?} takes {case}: {}", ended.stdout);
        let known = match language {
            Language::Node => ["ERR_JWT", "ERR_JWS", "ERR_JWKS"].iter().any(|code| ended.stderr.contains(code)),
            Language::Python => ended.stderr.contains("jwt.exceptions."),
        };
        assert!(known, "{language:?}, {case}: {}", ended.stderr);
    }
}

/// IO-08, JW-02: with the code of the README.
#[tokio::test]
async fn services_that_copy_the_readme_accept_access_tokens_and_nothing_else() {
    let issued = Issued::new().await;
    let visitor = Visitor::new();
    let answer = issued.setup.exchange(&visitor).await;
    let token = answer["api"]["access"].as_str().expect("a token");
    let own = issued.expected(&issued.issuer);
    issued.accepted(own, token, &answer["user"]["sub"]);

    // The ID token has its client as the audience, so a service that expects this audience can reject it only by its type.
    refused("an ID token", issued.expected("web"), issued.token("id_token"));
    refused("a refresh token", own, issued.token("refresh_token"));
    refused("the refresh token of the single-page app", own, answer["api"]["refresh"].as_str().expect("a token"));
    refused("a token for another audience", own, issued.token("access_token"));
    issued.accepted(
        issued.expected("https://orders.example.com"),
        issued.token("access_token"),
        &answer["user"]["sub"],
    );
    refused("a token of another issuer", Expected { issuer: "https://elsewhere.example.com", ..own }, token);
    let other = Setup::new().exchange(&Visitor::new()).await;
    refused("a token of another gateway", own, other["api"]["access"].as_str().expect("a token"));
    let list = visitor.get(issued.setup.at("/status-lists/0")).await.body;
    refused("a status list", own, &list);
}

/// The calls on the command line, which are written for `make demo`.
#[test]
fn the_calls_of_the_readme_are_answered() {
    let dev = Dev::start();
    let commands = replaced(&named("first-calls"), "127.0.0.1:8080", &format!("127.0.0.1:{}", dev.port));
    let mut shell = Command::new("/bin/sh");
    let commands = replaced(&commands, "curl ", "curl --silent --show-error --fail --noproxy '*' ");
    let ended = peer::run(shell.args(["-e", "-c", &commands]), "");
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stderr, dev.log());
    assert!(ended.stdout.contains("\"pretend\"") && ended.stdout.contains("\"expires_in\":300"), "{}", ended.stdout);
}

/// WB-05: the browser flow and the SPA flow with the code of the README, in Chromium.
#[test]
fn pages_that_copy_the_readme_sign_people_in() {
    let dev = Dev::for_own_frontend();
    let (gateway, app) = (format!("http://127.0.0.1:{}", dev.port), (dev.port + 3).to_string());
    let snippets = json!({
        "gateway": gateway,
        "link": replaced(&replaced(&named("sign-in-link"), GATEWAY, &gateway), "/login/corp", "/login/pretend"),
        "browserFlow": replaced(&named("browser-flow"), GATEWAY, &gateway),
        "spaFlow": replaced(&replaced(&named("spa-flow"), "provider=corp", "provider=pretend"), "'corp'", "'pretend'"),
    });
    let ended = peer::run(peer::node("snippets.mjs").arg(&app), &snippets.to_string());
    assert_eq!(ended.code, Some(0), "{}\n{}\n{}", ended.stderr, ended.stdout, dev.log());
    let seen: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert!(seen["orders"].as_str().is_some_and(|header| header.starts_with("Bearer ey")), "{seen}");
    assert_eq!((&seen["user"]["email"], &seen["renewed"]), (&json!("grace@example.com"), &json!(true)), "{seen}");
}
