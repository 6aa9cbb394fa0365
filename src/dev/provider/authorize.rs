//! `/authorize`: checks the authorization request, and shows the page that selects a person.

use actix_web::{HttpRequest, HttpResponse, web};

use super::pages;
use super::params::Params;
use super::refusal::AuthorizeRefusal;
use super::state::State;

/// The parameters that the page's form sends again.
const FORM_FIELDS: [&str; 8] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// An authorization request that passed every check.
#[derive(Debug)]
pub(super) struct AuthorizationRequest {
    /// One of the client's registered URIs.
    pub(super) redirect_uri: String,
    /// The `state` parameter, which the response returns unchanged.
    pub(super) state: Option<String>,
    /// The `nonce` parameter, which becomes a claim of the ID token.
    pub(super) nonce: Option<String>,
    /// The requested scope, which contains `openid`.
    pub(super) scope: String,
    /// The `code_challenge` (RFC 7636), method S256.
    pub(super) challenge: Option<String>,
}

/// `GET /authorize`: the page that selects a person.
pub(super) async fn page(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let params = match Params::read(request.query_string().as_bytes()) {
        Ok(params) => params,
        Err(twice) => return pages::refused(&format!("the parameter {:?} came twice", twice.0)),
    };
    match AuthorizationRequest::read(&state, &params, true) {
        Ok(_) => pages::select_person(&state, params.only(&FORM_FIELDS), params.get("login_hint").unwrap_or_default()),
        Err(refusal) => refused(&state, refusal),
    }
}

impl AuthorizationRequest {
    /// Checks a request (OpenID Connect Core §3.1.2.2). `prompt` is checked only before the page has been shown.
    pub(super) fn read(state: &State, params: &Params, unasked: bool) -> Result<Self, AuthorizeRefusal> {
        let redirect_uri = check_redirect_uri(state, params)?;
        let refuse = |error, description| {
            let (redirect_uri, state) = (redirect_uri.clone(), params.get("state").map(str::to_owned));
            Err(AuthorizeRefusal::There { redirect_uri, state, error, description })
        };
        for (name, error) in [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")] {
            if params.get(name).is_some() {
                return refuse(error, "requests are passed in the query only");
            }
        }
        if params.get("response_type") != Some("code") {
            return refuse("unsupported_response_type", "only response_type=code");
        }
        if params.get("response_mode").is_some_and(|mode| mode != "query") {
            return refuse("invalid_request", "only response_mode=query");
        }
        let scope = params.get("scope").unwrap_or_default().to_owned();
        if !scope.split(' ').any(|scope| scope == "openid") {
            return refuse("invalid_scope", "the scope lacks openid");
        }
        let challenge = params.get("code_challenge").map(str::to_owned);
        if challenge.is_some() != params.get("code_challenge_method").is_some_and(|method| method == "S256") {
            return refuse("invalid_request", "only code_challenge_method=S256, and with a code_challenge");
        }
        if challenge.as_ref().is_some_and(|challenge| challenge.len() != 43) {
            return refuse("invalid_request", "the code_challenge is not a SHA-256 in base64url");
        }
        if unasked && params.get("prompt") == Some("none") {
            return refuse("login_required", "no session exists at this provider");
        }
        let text = |name| params.get(name).map(str::to_owned);
        Ok(Self { state: text("state"), nonce: text("nonce"), scope, challenge, redirect_uri })
    }
}

fn check_redirect_uri(state: &State, params: &Params) -> Result<String, AuthorizeRefusal> {
    let here = |text: String| Err(AuthorizeRefusal::Here(text));
    let client_id = params.get("client_id").unwrap_or_default();
    if client_id != state.client.id {
        return here(format!("the client_id {client_id:?} is unknown; there is only {:?}", state.client.id));
    }
    let asked = params.get("redirect_uri").unwrap_or_default();
    if !state.client.redirect_uris.iter().any(|known| known == asked) {
        let known = state.client.redirect_uris.join(", ");
        return here(format!("the redirect_uri {asked:?} is not registered; these are: {known}"));
    }
    Ok(asked.to_owned())
}

/// Sends an error response: a page, or a redirect to the client.
pub(super) fn refused(state: &State, refusal: AuthorizeRefusal) -> HttpResponse {
    match refusal {
        AuthorizeRefusal::Here(text) => pages::refused(&text),
        AuthorizeRefusal::There { redirect_uri, state: theirs, error, description } => {
            let answer = [("error", error), ("error_description", description)];
            back_to_client(state, &redirect_uri, theirs.as_deref(), &answer)
        }
    }
}

/// Sends the browser back to the client, with `state` and `iss` (RFC 9207).
pub(super) fn back_to_client(state: &State, to: &str, theirs: Option<&str>, answer: &[(&str, &str)]) -> HttpResponse {
    let Ok(mut target) = url::Url::parse(to) else {
        return pages::refused(&format!("the registered redirect_uri {to:?} is not a URL"));
    };
    let issuer = [("iss", state.issuer.as_str())];
    target
        .query_pairs_mut()
        .extend_pairs(answer)
        .extend_pairs(theirs.map(|state| ("state", state)))
        .extend_pairs(issuer);
    HttpResponse::SeeOther()
        .insert_header(("Location", String::from(target)))
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .finish()
}
