//! An emulation of Keycloak 26.7.3, whose answers are those that were seen on the wire, word for word. It issues the tokens of
//! the fake provider.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::emulations::site::{Site, pairs, path, redirect};
use crate::fake_provider::{CLIENT, Call, Op, Reply};
use crate::support::{CLIENT_SECRET, Setup};

const JSON: &str = "application/json";

/// The client's settings in the realm.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the console")]
pub struct Client {
    pub secret: String,
    pub enabled: bool,
    /// Valid redirect URIs; `None` accepts any.
    pub redirect_uri: Option<String>,
    /// Valid post logout redirect URIs; `None` accepts any.
    pub post_logout_redirect_uri: Option<String>,
    pub scopes: Vec<&'static str>,
    pub standard_flow: bool,
    pub requires_dpop: bool,
    /// Whether the browser's tab is stale: its authentication session is gone.
    pub stale_tab: bool,
    pushed: HashMap<String, Vec<(String, String)>>,
}

/// The emulation. Clones share its state.
#[derive(Clone)]
pub struct Keycloak {
    pub op: Op,
    pub site: Site,
    client: Arc<Mutex<Client>>,
}

impl Keycloak {
    /// A realm, and a gateway that uses it as the provider `kc`, with its tokens stored.
    pub fn setup(toml: &str) -> (Setup, Self) {
        let keycloak = Self::start();
        let table = format!(
            "[providers.kc]\npreset = \"keycloak\"\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\n\
             client_secret = \"{CLIENT_SECRET}\"\nstore_tokens = true\n",
            keycloak.op.issuer
        );
        let setup = Setup::new().without_providers().toml(&table).toml(toml);
        keycloak.op.follow(setup.clock.clone());
        (setup, keycloak)
    }

    pub fn start() -> Self {
        let (op, client) = (Op::start(), Arc::new(Mutex::new(Client::default())));
        let (shared, tokens) = (Arc::clone(&client), op.clone());
        let site = Site::start(move |call| shared.lock().unwrap_or_else(PoisonError::into_inner).answer(call, &tokens));
        for (name, path) in [
            ("authorization_endpoint", "/auth"),
            ("token_endpoint", "/token"),
            ("revocation_endpoint", "/revoke"),
            ("end_session_endpoint", "/logout"),
            ("pushed_authorization_request_endpoint", "/par"),
        ] {
            op.set_metadata(name, json!(format!("{}{path}", site.origin)));
        }
        op.set_metadata("authorization_response_iss_parameter_supported", json!(true));
        op.set_metadata("code_challenge_methods_supported", json!(["plain", "S256"]));
        op.refreshing(|refreshing| refreshing.lifetime = Some(300));
        Self { op, site, client }
    }

    pub fn client(&self) -> MutexGuard<'_, Client> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refusal(status: u16, error: &str, description: &str) -> Reply {
    Reply::text(status, JSON, &json!({"error": error, "error_description": description}).to_string())
}

/// The page of an error.
fn page(text: &str) -> Reply {
    let body = format!(
        "<!DOCTYPE html><html><head><title>Sign in to main</title></head><body><h1>We are sorry...</h1><p>{text}</p></body></html>"
    );
    Reply::text(400, "text/html;charset=utf-8", &body)
}

impl Default for Client {
    fn default() -> Self {
        Self {
            secret: CLIENT_SECRET.into(),
            enabled: true,
            redirect_uri: None,
            post_logout_redirect_uri: None,
            scopes: vec!["openid", "profile", "email"],
            standard_flow: true,
            requires_dpop: false,
            stale_tab: false,
            pushed: HashMap::new(),
        }
    }
}

impl Client {
    fn answer(&mut self, call: &Call, tokens: &Op) -> Reply {
        match path(call) {
            "/token" | "/revoke" if !self.is_authenticated(call) => {
                refusal(401, "unauthorized_client", "Invalid client or Invalid client credentials")
            }
            "/par" if !self.is_authenticated(call) => refusal(401, "invalid_request", "Authentication failed."),
            "/token" if call.form("code").concat().len() == 43 => refusal(400, "invalid_grant", "Code not valid"),
            "/token" => tokens.answer(call),
            "/revoke" => Reply::text(200, JSON, ""),
            "/par" => self.push(call),
            "/auth" => self.authorize(call, &tokens.issuer),
            "/logout" => self.log_out(call, tokens),
            _ => Reply::text(404, JSON, r#"{"error":"Realm does not exist"}"#),
        }
    }

    fn is_authenticated(&self, call: &Call) -> bool {
        let encoded = |part: &str| url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
        let expected = format!("{}:{}", encoded(CLIENT), encoded(&self.secret));
        self.enabled && call.basic().as_deref() == Some(expected.as_str())
    }

    fn push(&mut self, call: &Call) -> Reply {
        let asked = pairs(&call.body);
        if let Some((_, error, description)) = self.wrong(&asked) {
            let error = if error == "invalid_scope" { "invalid_request" } else { error };
            return refusal(400, error, &description);
        }
        let request_uri = format!("urn:ietf:params:oauth:request_uri:{}", uuid::Uuid::new_v4());
        self.pushed.insert(request_uri.clone(), asked);
        Reply::text(201, JSON, &json!({"request_uri": request_uri, "expires_in": 60}).to_string())
    }

    /// The fault of a request: whether a page shows it, the code, and the description.
    fn wrong(&self, asked: &[(String, String)]) -> Option<(bool, &'static str, String)> {
        let redirect_uri = parameter(asked, "redirect_uri");
        if self.redirect_uri.as_ref().is_some_and(|valid| *valid != redirect_uri) {
            return Some((true, "invalid_request", "Invalid parameter: redirect_uri".into()));
        }
        if !self.standard_flow {
            let description = "Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for the client.";
            return Some((false, "unauthorized_client", description.into()));
        }
        let scope = parameter(asked, "scope");
        if scope.split(' ').any(|scope| !self.scopes.contains(&scope)) {
            return Some((false, "invalid_scope", format!("Invalid scopes: {scope}")));
        }
        self.requires_dpop.then(|| (false, "invalid_request", "DPoP proof is missing".into()))
    }

    fn authorize(&mut self, call: &Call, issuer: &str) -> Reply {
        let query = pairs(call.path.split_once('?').map_or("", |(_, query)| query));
        let request_uri = parameter(&query, "request_uri");
        let asked = if request_uri.is_empty() { query } else { self.pushed.remove(&request_uri).unwrap_or_default() };
        let (redirect_uri, state) = (parameter(&asked, "redirect_uri"), parameter(&asked, "state"));
        let back = |more: &[(&str, &str)]| {
            let common = [("state", state.as_str()), ("iss", issuer)];
            redirect(&redirect_uri, &more.iter().copied().chain(common).collect::<Vec<_>>())
        };
        match self.wrong(&asked) {
            Some((true, _, description)) => return page(&description),
            Some((false, error, description)) => return back(&[("error", error), ("error_description", &description)]),
            None => {}
        }
        if self.stale_tab {
            return back(&[("error", "temporarily_unavailable"), ("error_description", "authentication_expired")]);
        }
        if parameter(&asked, "prompt") == "none" {
            return back(&[("error", "login_required")]);
        }
        back(&[("code", &Op::code("ada", &parameter(&asked, "nonce")))])
    }

    fn log_out(&self, call: &Call, tokens: &Op) -> Reply {
        let query = pairs(call.path.split_once('?').map_or("", |(_, query)| query));
        let hint = parameter(&query, "id_token_hint");
        if !hint.is_empty() && kid(&hint) != tokens.jwk()["kid"] {
            return page("Invalid parameter: id_token_hint");
        }
        let back = parameter(&query, "post_logout_redirect_uri");
        if self.post_logout_redirect_uri.as_ref().is_some_and(|valid| *valid != back) {
            return page("Invalid redirect uri");
        }
        redirect(&back, &[])
    }
}

/// The `kid` of a token.
fn kid(token: &str) -> Value {
    let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok()).unwrap_or_default();
    serde_json::from_slice::<Value>(&header).map(|header| header["kid"].clone()).unwrap_or_default()
}

fn parameter(pairs: &[(String, String)], name: &str) -> String {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}
