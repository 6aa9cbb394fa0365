//! An emulation of GitHub, by its documentation: "Authorizing OAuth apps", "Troubleshooting OAuth app access token request
//! errors", and the REST API's "Users" and "Emails".

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

use crate::emulations::site::{Site, pairs, path, query, redirect};
use crate::fake_provider::{Call, Reply};
use crate::support::Setup;

const CLIENT_ID: &str = "Iv1.0123456789abcdef";
pub const CLIENT_SECRET: &str = "0123456789abcdef0123456789abcdef01234567";

/// A user of GitHub.
#[derive(Clone)]
pub struct Person {
    /// The response of `/user`.
    pub user: Value,
    /// The response of `/user/emails`.
    pub emails: Value,
}

impl Person {
    pub fn octocat() -> Self {
        Self {
            user: json!({
                "login": "octocat", "id": 583_231, "node_id": "MDQ6VXNlcjE=", "name": "The Octocat", "email": null,
                "avatar_url": "https://avatars.githubusercontent.com/u/583231?v=4", "type": "User", "site_admin": false,
            }),
            emails: json!([
                {"email": "octocat@users.noreply.github.com", "verified": true, "primary": false, "visibility": null},
                {"email": "octocat@example.com", "verified": true, "primary": true, "visibility": "private"},
            ]),
        }
    }
}

struct Grant {
    redirect_uri: String,
    challenge: Option<String>,
    scope: String,
}

#[derive(Default)]
struct State {
    person: Option<Person>,
    codes: HashMap<String, Grant>,
    scopes_of: HashMap<String, String>,
    /// A GitHub App's tokens expire ("Refreshing user access tokens"): the current refresh token, and its scopes.
    expire: bool,
    refresh: Option<(String, String)>,
    issued: usize,
    /// The status of `/user/emails`, if it fails.
    emails_fail: Option<(u16, &'static str)>,
    /// The number of addresses on each page.
    per_page: Option<usize>,
}

/// The emulation. Clones share its state.
#[derive(Clone)]
pub struct GitHub {
    pub site: Site,
    state: Arc<Mutex<State>>,
}

impl GitHub {
    /// Starts it with the user Octocat.
    pub fn start() -> Self {
        let state = State { person: Some(Person::octocat()), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let site = Site::start(move |call| shared.lock().unwrap_or_else(PoisonError::into_inner).answer(call));
        Self { site, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the user, who approves requests.
    pub fn signed_in(&self, person: Person) {
        self.state().person = Some(person);
    }

    /// From now on the user denies requests.
    pub fn deny(&self) {
        self.state().person = None;
    }

    /// From now on tokens expire after eight hours and have a refresh token.
    pub fn let_tokens_expire(&self) {
        self.state().expire = true;
    }

    /// From now on `/user/emails` answers with this status and body.
    pub fn fail_emails(&self, status: u16, body: &'static str) {
        self.state().emails_fail = Some((status, body));
    }

    /// Sends the addresses in pages of this size.
    pub fn paginate(&self, per_page: usize) {
        self.state().per_page = Some(per_page);
    }

    /// Revokes all grants, as users can in their settings.
    pub fn forget_grants(&self) {
        let mut state = self.state();
        state.refresh = None;
        state.scopes_of.clear();
    }

    /// A gateway that uses this emulation, with additional keys in its table.
    pub fn setup(&self, more: &str) -> Setup {
        Setup::new().without_providers().toml(&self.table("github", more))
    }

    /// The table of the provider with the preset.
    pub fn table(&self, id: &str, more: &str) -> String {
        let origin = &self.site.origin;
        format!(
            "[providers.{id}]
             preset = 'github'
             client_id = '{CLIENT_ID}'
             client_secret = '{CLIENT_SECRET}'
             authorization_endpoint = '{origin}/login/oauth/authorize'
             token_endpoint = '{origin}/login/oauth/access_token'
             userinfo_endpoint = '{origin}/user'
             profile_calls = {{ primary_email = '{origin}/user/emails' }}
             {more}"
        )
    }
}

impl State {
    fn answer(&mut self, call: &Call) -> Reply {
        match (call.method.as_str(), path(call)) {
            ("GET", "/login/oauth/authorize") => self.authorize(call),
            ("POST", "/login/oauth/access_token") => self.token(call),
            ("GET", "/user") => self.api(call, None, |person| person.user.clone()),
            ("GET", "/user/emails") => self.emails(call),
            _ => Reply::text(404, "text/html", "<html>"),
        }
    }

    fn authorize(&mut self, call: &Call) -> Reply {
        let parameter = |name| query(call, name).unwrap_or_default();
        assert_eq!(
            (parameter("client_id").as_str(), parameter("response_type").as_str()),
            (CLIENT_ID, "code"),
            "{}",
            call.path
        );
        let (redirect_uri, state) = (parameter("redirect_uri"), parameter("state"));
        if self.person.is_none() {
            let description = "The user has denied your application access.";
            let no = [("error", "access_denied"), ("error_description", description), ("state", &state)];
            return redirect(&redirect_uri, &no);
        }
        self.issued += 1;
        let code = format!("{:020x}", self.issued);
        let challenge = query(call, "code_challenge");
        assert!(challenge.is_none() || parameter("code_challenge_method") == "S256", "{}", call.path);
        let grant = Grant { redirect_uri: redirect_uri.clone(), challenge, scope: parameter("scope") };
        self.codes.insert(code.clone(), grant);
        redirect(&redirect_uri, &[("code", &code), ("state", &state)])
    }

    fn token(&mut self, call: &Call) -> Reply {
        let answer = self.redeem(call);
        let wants_json = call.header("accept").is_some_and(|accept| accept.contains("application/json"));
        if wants_json {
            let members = answer.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
            return Reply::text(200, "application/json; charset=utf-8", &Value::Object(members.collect()).to_string());
        }
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
        Reply::text(200, "application/x-www-form-urlencoded; charset=utf-8", &form)
    }

    fn redeem(&mut self, call: &Call) -> Vec<(&'static str, String)> {
        let form: HashMap<_, _> = pairs(&call.body).into_iter().collect();
        let parameter = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if (parameter("client_id"), parameter("client_secret")) != (CLIENT_ID, CLIENT_SECRET) {
            return error("incorrect_client_credentials");
        }
        if parameter("grant_type") == "refresh_token" {
            return match self.refresh.take() {
                Some((token, scope)) if token == parameter("refresh_token") => self.issue(scope),
                _ => error("bad_refresh_token"),
            };
        }
        let Some(Grant { redirect_uri, challenge, scope }) = self.codes.remove(parameter("code")) else {
            return error("bad_verification_code");
        };
        if parameter("redirect_uri") != redirect_uri {
            return error("redirect_uri_mismatch");
        }
        if challenge
            .is_some_and(|challenge| challenge != B64.encode(digest(&SHA256, parameter("code_verifier").as_bytes())))
        {
            return error("bad_verification_code");
        }
        self.issue(scope)
    }

    fn issue(&mut self, scope: String) -> Vec<(&'static str, String)> {
        self.issued += 1;
        let token = format!("gho_{:036x}", self.issued);
        self.scopes_of.insert(token.clone(), scope.clone());
        let mut answer =
            vec![("access_token", token), ("scope", scope.replace(' ', ",")), ("token_type", "bearer".into())];
        if self.expire {
            let refresh_token = format!("ghr_{:076x}", self.issued);
            self.refresh = Some((refresh_token.clone(), scope));
            answer.extend([("expires_in", "28800".into()), ("refresh_token", refresh_token)]);
        }
        answer
    }

    /// "Using pagination in the REST API"
    fn emails(&self, call: &Call) -> Reply {
        if let Some((status, body)) = self.emails_fail {
            return Reply::text(status, "application/json; charset=utf-8", body);
        }
        let Some(per_page) = self.per_page else {
            return self.api(call, Some("user:email"), |person| person.emails.clone());
        };
        let page: usize = query(call, "page").map_or(1, |page| page.parse().expect("a number"));
        let all = self.person.as_ref().and_then(|person| person.emails.as_array()).expect("addresses");
        let some: Vec<_> = all.iter().skip((page - 1) * per_page).take(per_page).cloned().collect();
        let reply = self.api(call, Some("user:email"), |_| json!(some));
        if page * per_page >= all.len() {
            return reply;
        }
        let host = call.header("host").expect("a host");
        let next =
            format!("<http://{host}/user/emails?page={}>; rel=\"next\", <http://{host}/>; rel=\"last\"", page + 1);
        reply.with("Link", &next)
    }

    fn api(&self, call: &Call, scope: Option<&str>, of: impl Fn(&Person) -> Value) -> Reply {
        let json = |status, body: &Value| Reply::text(status, "application/json; charset=utf-8", &body.to_string());
        if call.header("user-agent").is_none_or(str::is_empty) {
            let words =
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header";
            return Reply::text(403, "text/html", words);
        }
        let token = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let Some(scopes) = token.and_then(|token| self.scopes_of.get(token)) else {
            return json(401, &json!({"message": "Bad credentials", "status": "401"}));
        };
        if scope.is_some_and(|wanted| !scopes.split(' ').any(|scope| scope == wanted)) {
            return json(404, &json!({"message": "Not Found", "status": "404"}));
        }
        json(200, &of(self.person.as_ref().expect("a user")))
    }
}

/// An error response of the token endpoint, which has status 200.
fn error(code: &'static str) -> Vec<(&'static str, String)> {
    vec![
        ("error", code.into()),
        ("error_description", "The code passed is incorrect or expired.".into()),
        ("error_uri", "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/".into()),
    ]
}
