//! Sign in with Apple as its documentation describes it: "Request an authorization to the Sign in with Apple server",
//! "Creating a client secret", "Generate and validate tokens", "Authenticating users with Sign in with Apple".

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use serde_json::{Value, json};
use vestibule::base::clock::Clock;

use crate::emulations::signing_key;
use crate::emulations::site::{Site, path, query};
use crate::fake_provider::{Call, Reply};
use crate::support::{Answer, Browser, Gateway, Setup, parameter};

const TEAM: &str = "ABCDE12345";
const KEY: &str = "XYZ9876543";
const CLIENT: &str = "com.example.signin";
const SUB: &str = "001473.fe6f33bf4b8e4590aacbabdcb8598bd0.2039";
const RELAY: &str = "dpdcnf87nu@privaterelay.appleid.com";
const FORM: &str = "application/x-www-form-urlencoded";
/// "The expiration time must not be greater than 15777000 (6 months in seconds) from the current time on the server."
const MAX_SECRET_LIFETIME: i64 = 15_777_000;

#[derive(Default)]
struct State {
    /// The public half of the app's registered key.
    public_key: Vec<u8>,
    /// Whether the user has authorized the app before; then no name is sent.
    known: bool,
    codes: BTreeMap<String, String>,
    secrets: HashSet<String>,
}

/// An emulation of Apple. Clones share its state.
#[derive(Clone)]
struct Apple {
    site: Site,
    state: Arc<Mutex<State>>,
    private_key: String,
}

impl Apple {
    fn start() -> Self {
        let (private_key, public_key) = key();
        let state = Arc::new(Mutex::new(State { public_key, ..State::default() }));
        let shared = Arc::clone(&state);
        let site = Site::start(move |call| shared.lock().unwrap_or_else(PoisonError::into_inner).answer(call));
        Self { site, state, private_key }
    }

    fn setup(&self, more: &str) -> Setup {
        self.setup_with(&self.private_key, more)
    }

    fn setup_with(&self, private_key: &str, more: &str) -> Setup {
        Setup::new().without_providers().toml(&format!(
            "[providers.apple]\nname = \"Apple\"\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\n\
             token_endpoint_auth_method = \"apple\"\nteam_id = \"{TEAM}\"\nprivate_key_id = \"{KEY}\"\n\
             private_key = '''{private_key}'''\nresponse_mode = \"form_post\"\nscopes = [\"openid\", \"name\", \"email\"]\n\
             email_verified_as_text = true\n{more}",
            self.site.origin,
        ))
    }
}

/// A P-256 key in the format of Apple's `AuthKey_….p8`, and its public half.
fn key() -> (String, Vec<u8>) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let pkcs8 = STANDARD.encode(pair.to_pkcs8v1().expect("encoded"));
    (format!("-----BEGIN PRIVATE KEY-----\n{pkcs8}\n-----END PRIVATE KEY-----\n"), pair.public_key().as_ref().to_vec())
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        let origin = format!("http://{}", call.header("host").unwrap_or_default());
        match path(call) {
            "/.well-known/openid-configuration" => json_reply(200, &metadata(&origin)),
            "/auth/keys" => {
                json_reply(200, &json!({"keys": [signing_key::jwk("W6WcOKB"), signing_key::jwk("fh6Bs8C")]}))
            }
            "/auth/authorize" => self.authorize(call),
            "/auth/token" if call.method == "POST" => {
                self.token(call, &origin).unwrap_or_else(|error| json_reply(400, &json!({"error": error})))
            }
            _ => Reply::text(404, "text/html", ""),
        }
    }

    /// "If you requested any scopes, the value must be `form_post`." The page contains one form that submits itself.
    fn authorize(&mut self, call: &Call) -> Reply {
        let value = |name: &str| query(call, name).unwrap_or_default();
        let scopes = value("scope");
        let wants_scopes = scopes.split(' ').any(|scope| scope == "name" || scope == "email");
        if value("response_type") != "code"
            || value("client_id") != CLIENT
            || (wants_scopes && value("response_mode") != "form_post")
        {
            return Reply::text(400, "text/html", "invalid_request");
        }
        let code = format!("c{}.0.{}", self.codes.len(), value("nonce"));
        self.codes.insert(code.clone(), value("redirect_uri"));
        let mut fields = vec![("state", value("state")), ("code", code)];
        if !self.known {
            let user = r#"{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"other@else.example"}"#;
            fields.push(("user", user.into()));
        }
        self.known = true;
        let inputs: Vec<_> = fields
            .iter()
            .map(|(name, value)| {
                format!(
                    "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                    value.replace('&', "&amp;").replace('"', "&quot;")
                )
            })
            .collect();
        let page = format!("<form method=\"post\" action=\"{}\">{}</form>", value("redirect_uri"), inputs.concat());
        Reply::text(200, "text/html;charset=UTF-8", &page)
    }

    fn token(&mut self, call: &Call, origin: &str) -> Result<Reply, &'static str> {
        let one = |name: &str| <[String; 1]>::try_from(call.form(name)).map(|[one]| one).map_err(|_| "invalid_request");
        if call.basic().is_some() || one("client_id")? != CLIENT || !self.is_secret(&one("client_secret")?) {
            return Err("invalid_client");
        }
        if one("grant_type")? != "authorization_code" {
            return Err("unsupported_grant_type");
        }
        let code = one("code")?;
        let redirect_uri = self.codes.remove(&code).ok_or("invalid_grant")?;
        if one("redirect_uri")? != redirect_uri {
            return Err("invalid_grant");
        }
        let now = Clock::system().now().timestamp();
        let nonce = code.splitn(3, '.').nth(2).unwrap_or_default();
        let claims = json!({
            "iss": origin, "aud": CLIENT, "exp": now + 86400, "iat": now, "sub": SUB, "nonce": nonce,
            "at_hash": at_hash("a1b2"), "email": RELAY, "email_verified": "true", "is_private_email": "true",
            "auth_time": now - 1, "nonce_supported": true,
        });
        Ok(json_reply(
            200,
            &json!({
                "access_token": "a1b2", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r1b2",
                "id_token": signing_key::sign("fh6Bs8C", &claims),
            }),
        ))
    }

    /// Verifies a client secret ("Creating a client secret").
    fn is_secret(&mut self, secret: &str) -> bool {
        let parts: Vec<_> = secret.split('.').collect();
        let [header, claims, signature] = parts[..] else { return false };
        let bytes = |part: &str| B64.decode(part).unwrap_or_default();
        let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)).unwrap_or_default();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.public_key);
        let signed = key.verify(format!("{header}.{claims}").as_bytes(), &bytes(signature)).is_ok();
        let (header, claims, now) = (json(header), json(claims), Clock::system().now().timestamp());
        let (iat, exp) = (claims["iat"].as_i64().unwrap_or_default(), claims["exp"].as_i64().unwrap_or_default());
        self.secrets.insert(secret.to_owned());
        signed
            && (header["alg"].as_str(), header["kid"].as_str()) == (Some("ES256"), Some(KEY))
            && (claims["iss"].as_str(), claims["sub"].as_str()) == (Some(TEAM), Some(CLIENT))
            && claims["aud"] == "https://appleid.apple.com"
            && iat <= now + 5
            && exp > now
            && exp <= now + MAX_SECRET_LIFETIME
    }
}

fn metadata(origin: &str) -> Value {
    json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/auth/authorize"),
        "token_endpoint": format!("{origin}/auth/token"),
        "revocation_endpoint": format!("{origin}/auth/revoke"),
        "jwks_uri": format!("{origin}/auth/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "name"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "is_private_email", "iss", "nonce", "sub"],
    })
}

fn at_hash(access_token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, access_token.as_bytes());
    B64.encode(&digest.as_ref()[..16])
}

fn json_reply(status: u16, body: &Value) -> Reply {
    Reply::text(status, "application/json;charset=ISO-8859-1", &body.to_string())
}

/// The form on Apple's page: its action, and its encoded fields.
fn form(page: &str) -> (String, String) {
    let text = |text: &str| text.replace("&quot;", "\"").replace("&amp;", "&");
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!(" {name}=\"")).expect("an attribute").1;
        text(rest.split('"').next().expect("its end"))
    };
    let fields = page.split("<input").skip(1).map(|tag| (attribute(tag, "name"), attribute(tag, "value")));
    let sent = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    (attribute(page, "action"), sent)
}

/// Logs in at Apple and returns the gateway's last response.
async fn sign_in(gateway: &Gateway, browser: &Browser) -> Answer {
    let there = browser.get("/login/apple").await.location();
    assert_eq!(parameter(&there, "response_mode").as_deref(), Some("form_post"));
    let page = browser.get(&there).await;
    assert_eq!(page.status, 200, "{page:?}");
    let (action, sent) = form(&page.body);
    // A cross-site form post has no `Lax` cookie, so a browser without cookies sends it.
    let bounced = gateway.browser().ask("POST", &action).header("Origin", "null").body(FORM, sent).send().await;
    assert_eq!(bounced.status, 303, "{bounced:?}");
    browser.fetch(&bounced.location()).await
}

async fn user(browser: &Browser) -> Value {
    browser.fetch("/session").await.json()["user"].clone()
}

/// RA-18, AC-03: a form post without cookies, a signed client secret, `email_verified` as a string, the name at the first login
/// only.
#[tokio::test]
async fn a_user_logs_in_with_apple() {
    let apple = Apple::start();
    let gateway = apple.setup("").start();
    let browser = gateway.browser();
    assert_eq!(sign_in(&gateway, &browser).await.status, 303);
    let first = user(&browser).await;
    assert_eq!(
        (&first["email"], &first["email_verified"]),
        (&json!(RELAY), &json!(true)),
        "never of the unsigned part"
    );
    assert_eq!(first["name"], "Ada Lovelace");
    assert_eq!(gateway.database.words("SELECT sub FROM subs"), [SUB]);
    let claims = gateway.database.words("SELECT claims::text FROM subs").concat();
    assert!(!claims.contains("Lovelace") && !claims.contains("else.example"), "{claims}");

    let browser = gateway.browser();
    assert_eq!(sign_in(&gateway, &browser).await.status, 303);
    let second = user(&browser).await;
    assert_eq!((&second["sub"], &second["name"]), (&first["sub"], &json!("Ada Lovelace")), "it was said once");
    assert_eq!(apple.site.calls_to("/auth/token").len(), 2);
    let state = apple.state.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(state.secrets.len(), 2, "each request has a secret of its own");
}

/// AC-03: `email_verified` as a string is not accepted by default.
#[tokio::test]
async fn email_verified_as_a_string_is_accepted_only_where_configured() {
    let apple = Apple::start();
    let gateway = apple.setup("").toml("[providers.apple]\nemail_verified_as_text = false\n").start();
    let browser = gateway.browser();
    assert_eq!(sign_in(&gateway, &browser).await.status, 303);
    let user = user(&browser).await;
    assert_eq!((&user["email"], &user["email_verified"]), (&json!(RELAY), &json!(false)));
}

/// Apple rejects a client secret of another key; the login fails without a second request.
#[tokio::test]
async fn a_login_with_a_wrong_key_fails() {
    let apple = Apple::start();
    let gateway = apple.setup_with(&key().0, "").start();
    let browser = gateway.browser();
    assert_eq!(sign_in(&gateway, &browser).await.problem(), (400, "token_invalid".into()));
    assert_eq!(apple.site.calls_to("/auth/token").len(), 1);
    assert_eq!(gateway.database.rows("users"), 0);
}

/// `claims` can point to each part of the name.
#[tokio::test]
async fn a_claim_pointer_can_select_a_part_of_the_name() {
    let apple = Apple::start();
    let gateway = apple.setup("[providers.apple.claims]\nname = \"/user/name/firstName\"\n").start();
    let browser = gateway.browser();
    assert_eq!(sign_in(&gateway, &browser).await.status, 303);
    assert_eq!(user(&browser).await["name"], "Ada");
}
