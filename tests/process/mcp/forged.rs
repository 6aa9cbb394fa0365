//! What reaches the server through the documented nginx.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use super::place::{Ports, behind_nginx};
use crate::apps::running::Server;
use crate::apps::setting::sent_back;
use crate::directory::Directory;
use crate::peer::node;
use crate::ports;
use crate::proxies::deployment::{Place, certified};
use crate::proxies::headers::{FORGED, forged, only, values};
use crate::proxies::program::Program;
use crate::proxies::tunnel::Tunnel;
use crate::setup::Setup;
use crate::snippets::named;
use crate::visitor::{Visitor, param};

const BACK: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// nginx before a site that shows what reaches it.
struct Guarded {
    at: Ports,
    setup: Setup,
    nginx: Program,
    _site: Server,
    _directory: Directory,
}

impl Guarded {
    fn start() -> Self {
        let (directory, ports) = (Directory::new(), ports::free::<2>());
        let at = Ports { nginx: ports, server: ports + 1 };
        let setup = Setup::with(|settings| behind_nginx(settings.and(&at.gateway())));
        let site = Server::start(node("guarded_site.mjs").arg(at.server.to_string()), at.server);
        let nginx = at.nginx(&directory, (setup.gateway.settings.port, ""), &[]);
        Self { at, setup, nginx, _site: site, _directory: directory }
    }

    /// An access token of Ada with these scopes, and the `sub`.
    async fn token(&self, visitor: &Visitor, scope: &str) -> (String, String) {
        let resource = self.at.resource();
        let request = [
            ("client_id", "my-agent"),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", scope),
            ("resource", &resource),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(request).finish();
        let back = sent_back(visitor, &self.setup.at(&format!("/oauth2/authorize?{query}")), BACK).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &*param(&back, "code")),
            ("redirect_uri", BACK),
            ("client_id", "my-agent"),
            ("code_verifier", VERIFIER),
        ];
        let answer = Visitor::send(visitor.request(Method::POST, self.setup.at("/oauth2/token")).form(&form)).await;
        let tokens = answer.json();
        let [access, id] = ["access_token", "id_token"].map(|name| tokens[name].as_str().expect("a token").to_owned());
        let claims = id.split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("a JWT");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        (access, claims["sub"].as_str().expect("a sub").to_owned())
    }

    /// A request with exactly these headers besides `Host`.
    fn send(&self, path: &str, headers: &[(String, String)]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.at.nginx)).expect("nginx");
        let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        write!(stream, "POST {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n{headers}\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn logs(&self) -> String {
        format!("{}\n{}", self.nginx.log(), self.setup.gateway.log())
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// The values of `WWW-Authenticate`.
    fn challenges(&self) -> Vec<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate")).map(|(_, value)| value).collect()
    }

    fn reached(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.body))
    }
}

fn bearer(token: &str) -> (String, String) {
    ("Authorization".to_owned(), format!("Bearer {token}"))
}

/// FW-03, FW-04: the server gets the person of the token, none of the client's headers, and no cookie of the gateway.
#[tokio::test]
async fn nginx_before_an_mcp_server_passes_no_forged_header() {
    let guarded = Guarded::start();
    let (token, sub) = guarded.token(&Visitor::new(), "openid tools.read").await;
    for batch in forged() {
        let cookie = ("Cookie".to_owned(), "a=b; __Secure-vestibule=stolen; vestibule=stolen".to_owned());
        let sent: Vec<_> = batch.into_iter().chain([bearer(&token), cookie]).collect();
        let answer = guarded.send("/mcp", &sent);
        assert_eq!(answer.status, 200, "{}\n{}", answer.head, guarded.logs());
        let reached = answer.reached();
        assert!(!reached["headers"].to_string().contains(FORGED), "{reached}");
        assert_eq!(only(&reached, "user"), sub);
        assert_eq!(["email", "preferred-username", "groups"].map(|name| only(&reached, name)), [""; 3]);
        assert_eq!(values(&reached, "cookie").len(), 0, "{reached}");
    }
}

/// FW-06, RFC 6750 §3, RFC 9728 §5.1: each path has its scopes, and a path that servers read differently is refused, without a challenge.
#[tokio::test]
async fn nginx_before_an_mcp_server_asks_for_the_scopes_of_each_path() {
    let guarded = Guarded::start();
    let visitor = Visitor::new();
    let (read, _) = guarded.token(&visitor, "openid tools.read").await;
    let (both, _) = guarded.token(&visitor, "openid tools.read tools.write").await;
    let metadata = format!("http://127.0.0.1:{}/.well-known/oauth-protected-resource/mcp", guarded.at.nginx);
    let described = visitor.get(&metadata).await;
    assert_eq!(described.json()["resource"], guarded.at.resource());
    assert_eq!(described.json()["authorization_servers"], json!([guarded.setup.gateway.public()]));
    let challenge =
        |error: &str, scope: &str| format!("Bearer {error}resource_metadata=\"{metadata}\", scope=\"{scope}\"");
    let two = "tools.read tools.write";
    for (path, token, status, expected) in [
        ("/mcp", "", 401, challenge("", "tools.read")),
        ("/mcp/write", "", 401, challenge("", two)),
        ("/mcp", "junk", 401, challenge("error=\"invalid_token\", ", "tools.read")),
        ("/mcp", &read, 200, String::new()),
        ("/mcp?a=b", &read, 200, String::new()),
        ("/mcp/write", &read, 403, challenge("error=\"insufficient_scope\", ", two)),
        ("/mcp%2Fwrite", &both, 403, String::new()),
        ("/mcp/./write", &both, 403, String::new()),
        ("/mcp/write/../../mcp", &both, 403, String::new()),
        ("//mcp", &both, 403, String::new()),
        ("/mcp/write", &both, 200, String::new()),
        ("/mcp/", &both, 404, String::new()),
        ("/mcp/write/x", &both, 404, String::new()),
        ("/MCP", &both, 404, String::new()),
        ("/_vestibule", &both, 404, String::new()),
        ("/", &both, 404, String::new()),
    ] {
        let headers = Some(bearer(token)).filter(|_| !token.is_empty());
        let answer = guarded.send(path, headers.as_slice());
        let told = answer.challenges().join(" / ");
        assert_eq!((answer.status, told), (status, expected), "{path}: {}\n{}", answer.head, guarded.logs());
        if status == 200 {
            let passed = if path == "/mcp/write" { path } else { path.strip_prefix("/mcp?").map_or("/mcp", |_| path) };
            assert_eq!(answer.reached()["url"], passed);
        }
    }
}

/// The lines for a server, with TLS.
#[tokio::test]
async fn nginx_before_an_mcp_server_has_tls() {
    let (directory, ports) = (Directory::new(), ports::free::<2>());
    let at = Ports { nginx: ports, server: ports + 1 };
    let setup = Setup::with(|settings| behind_nginx(settings.and(&at.gateway())));
    let files = certified(&directory, &["tools.example.com"]);
    let tls = Place::fill(
        &named("mcp-nginx-tls"),
        &[
            ("listen 443", "listen 127.0.0.1:8000"),
            ("/etc/ssl/example.com.crt", &*files.certificate),
            ("/etc/ssl/example.com.key", &*files.key),
        ],
    );
    let nginx = at.nginx(&directory, (setup.gateway.settings.port, ""), &[("    listen 127.0.0.1:8000;\n", &*tls)]);
    let visitor = Visitor::through(Tunnel::to(at.nginx).port);
    let answer = visitor.get("https://tools.example.com/mcp").await;
    assert_eq!(answer.status, 401, "{answer}\n{}", nginx.log());
    let described = visitor.get("https://tools.example.com/.well-known/oauth-protected-resource/mcp").await;
    assert_eq!(described.json()["resource"], at.resource(), "{described}\n{}", nginx.log());
}
