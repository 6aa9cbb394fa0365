//! Microsoft Entra with many tenants, by its documentation: "OpenID Connect on the Microsoft identity
//! platform", "ID token claims reference", "Convert app to be multitenant", "Secure applications by validating claims".

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use vestibule::base::clock::Clock;

use crate::emulations::signing_key;
use crate::emulations::site::{Site, path, query, redirect};
use crate::fake_provider::{Call, Reply};
use crate::support::{Answer, Browser, Setup};

const CLIENT: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const SECRET: &str = "abc8Q~0123456789abcdefghijklmnopqrstuvwxyz";
const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const FABRIKAM: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// The `kid` of the key for organizations.
const KEY: &str = "H9nj5AOSswMphg1SFx7jaV-lB9w";
/// The `kid` of the key for personal accounts only.
const PERSONAL_KEY: &str = "jYhLQ6lCGPWXfIN06k1vqfDYHrE";

#[derive(Default)]
struct State {
    tenant: String,
    /// Changes to the usual claims; null removes a claim.
    changes: Value,
    kid: String,
}

/// An emulation of Entra. Clones share its state.
#[derive(Clone)]
struct Entra {
    site: Site,
    state: Arc<Mutex<State>>,
}

impl Entra {
    /// Starts it with a user of the tenant Contoso.
    fn start() -> Self {
        let state = State { tenant: CONTOSO.into(), changes: json!({}), kid: KEY.into() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let site = Site::start(move |call| shared.lock().unwrap_or_else(PoisonError::into_inner).answer(call));
        Self { site, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn setup(&self, tenants: &[&str]) -> Setup {
        Setup::new().without_providers().toml(&format!(
            "[providers.microsoft]\nname = \"Microsoft\"\nissuer = \"{}/{{tenantid}}/v2.0\"\nclient_id = \"{CLIENT}\"\n\
             client_secret = \"{SECRET}\"\ntenants = {tenants:?}\n",
            self.site.origin,
        ))
    }

    /// Logs in with these changes to the usual claims.
    async fn login_with(&self, browser: &Browser, changes: Value) -> Answer {
        self.state().changes = changes;
        sign_in(browser).await
    }
}

impl State {
    fn answer(&self, call: &Call) -> Reply {
        let origin = format!("http://{}", call.header("host").unwrap_or_default());
        let path = path(call);
        let (home, rest) = path.trim_start_matches('/').split_once('/').unwrap_or_default();
        if !["organizations", "common"].contains(&home) {
            return Reply::text(404, "text/html", "");
        }
        match rest {
            "v2.0/.well-known/openid-configuration" => json_reply(&metadata(&origin, home)),
            "discovery/v2.0/keys" => json_reply(&keys(&origin)),
            "oauth2/v2.0/authorize" => {
                let parameter = |name: &str| query(call, name).unwrap_or_default();
                let parameters =
                    [("code", parameter("nonce")), ("state", parameter("state")), ("session_state", "x".into())];
                let parameters = parameters.each_ref().map(|(name, value)| (*name, value.as_str()));
                redirect(&parameter("redirect_uri"), &parameters)
            }
            "oauth2/v2.0/token" if call.basic() == Some(format!("{CLIENT}:{}", SECRET.replace('~', "%7E"))) => {
                let id_token = signing_key::sign(&self.kid, &self.claims(&origin, &call.form("code").concat()));
                json_reply(&json!({
                    "token_type": "Bearer", "scope": "email openid profile", "expires_in": 3599, "ext_expires_in": 3599,
                    "access_token": "EwA", "id_token": id_token,
                }))
            }
            "oauth2/v2.0/token" => Reply::text(401, "application/json", r#"{"error":"invalid_client"}"#),
            _ => Reply::text(404, "text/html", ""),
        }
    }

    /// There is no `email_verified`: an administrator of a tenant can set any address.
    fn claims(&self, origin: &str, nonce: &str) -> Value {
        let now = Clock::system().now().timestamp();
        let mut claims = json!({
            "ver": "2.0", "iss": format!("{origin}/{}/v2.0", self.tenant), "tid": self.tenant, "aud": CLIENT,
            "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "oid": "00000000-0000-0000-66f3-3332eca7ea81",
            "name": "Abe Lincoln", "preferred_username": "AbeLi@contoso.example", "email": "abeli@contoso.example",
            "nonce": nonce, "iat": now, "nbf": now, "exp": now + 3600, "uti": "x", "rh": "0.x", "aio": "Df2UV",
        });
        for (name, value) in self.changes.as_object().expect("claims") {
            match value {
                Value::Null => drop(claims.as_object_mut().expect("claims").remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    }
}

fn metadata(origin: &str, home: &str) -> Value {
    json!({
        "token_endpoint": format!("{origin}/{home}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{origin}/{home}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{origin}/{{tenantid}}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": "https://graph.microsoft.example/oidc/userinfo",
        "authorization_endpoint": format!("{origin}/{home}/oauth2/v2.0/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{origin}/{home}/oauth2/v2.0/logout"),
        "tenant_region_scope": null,
        "cloud_instance_name": "microsoftonline.com",
    })
}

/// The key set; each key names the issuer for which it signs.
fn keys(origin: &str) -> Value {
    let of = |kid: &str, tenant: &str| {
        let mut key = signing_key::jwk(kid);
        key["issuer"] = json!(format!("{origin}/{tenant}/v2.0"));
        key["cloud_instance_name"] = json!("microsoftonline.com");
        key
    };
    json!({"keys": [of(KEY, "{tenantid}"), of(PERSONAL_KEY, PERSONAL)]})
}

fn json_reply(body: &Value) -> Reply {
    Reply::text(200, "application/json; charset=utf-8", &body.to_string())
}

async fn sign_in(browser: &Browser) -> Answer {
    let there = browser.get("/login/microsoft").await.location();
    let back = browser.get(&there).await.location();
    browser.fetch(&back).await
}

/// AC-13, AC-01, AC-02: each tenant is an issuer. The same `sub` in two tenants is two users, and no address is verified.
#[tokio::test]
async fn users_of_different_tenants_are_different_users() {
    let entra = Entra::start();
    let gateway = entra.setup(&[]).start();
    let browser = gateway.browser();
    assert_eq!(sign_in(&browser).await.status, 303);
    let abe = browser.fetch("/session").await.json()["user"].clone();
    assert_eq!((&abe["email"], &abe["email_verified"]), (&json!("abeli@contoso.example"), &json!(null)));
    entra.state().tenant = FABRIKAM.into();
    let browser = gateway.browser();
    assert_eq!(sign_in(&browser).await.status, 303);
    assert_ne!(browser.fetch("/session").await.json()["user"]["sub"], abe["sub"]);
    let known = gateway.database.words("SELECT sub FROM subs ORDER BY sub");
    let sub = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ";
    assert_eq!(known, [format!("{CONTOSO}/{sub}"), format!("{FABRIKAM}/{sub}")]);
    entra.state().tenant = CONTOSO.into();
    let browser = gateway.browser();
    assert_eq!(sign_in(&browser).await.status, 303);
    assert_eq!(browser.fetch("/session").await.json()["user"]["sub"], abe["sub"]);
    assert_eq!(entra.site.calls_to("/organizations/v2.0/.well-known/openid-configuration").len(), 1);
}

/// AC-13: claims in a token of an attacker's own tenant give no access to another tenant.
#[tokio::test]
async fn only_users_of_an_allowed_tenant_can_log_in() {
    let entra = Entra::start();
    let gateway = entra.setup(&[CONTOSO]).start();
    let browser = gateway.browser();
    let of = |tenant: &str| json!(format!("{}/{tenant}/v2.0", entra.site.origin));
    entra.state().tenant = FABRIKAM.into();
    for changes in [
        json!({}),
        json!({"tid": CONTOSO}),
        json!({"iss": of(CONTOSO)}),
        json!({"tid": null}),
        json!({"tid": null, "iss": of(CONTOSO)}),
        json!({"tid": CONTOSO.to_uppercase(), "iss": of(&CONTOSO.to_uppercase())}),
        json!({"tid": "{tenantid}", "iss": of("{tenantid}")}),
        json!({"tid": "organizations", "iss": of("organizations")}),
        json!({"tid": [CONTOSO], "iss": of(CONTOSO)}),
        json!({"tid": CONTOSO, "iss": format!("https://evil.example/{CONTOSO}/v2.0")}),
    ] {
        let refused = entra.login_with(&browser, changes.clone()).await;
        assert_eq!(refused.problem(), (400, "token_invalid".into()), "{changes}");
    }
    assert_eq!(gateway.database.rows("users"), 0);
    entra.state().tenant = CONTOSO.into();
    assert_eq!(entra.login_with(&browser, json!({})).await.status, 303);
}

/// AC-13: a key signs only for the issuer that it names.
#[tokio::test]
async fn a_key_of_another_issuer_is_not_accepted() {
    let entra = Entra::start();
    let gateway = entra.setup(&[CONTOSO, PERSONAL]).start();
    let browser = gateway.browser();
    entra.state().kid = PERSONAL_KEY.into();
    assert_eq!(sign_in(&browser).await.problem(), (400, "token_invalid".into()));
    entra.state().tenant = PERSONAL.into();
    assert_eq!(sign_in(&browser).await.status, 303);
    assert!(
        entra.site.calls_to("/organizations/oauth2/v2.0/token").is_empty(),
        "personal accounts are at another address"
    );
    assert_eq!(entra.site.calls_to("/common/oauth2/v2.0/token").len(), 2);
}
