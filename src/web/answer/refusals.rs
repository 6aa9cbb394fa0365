//! The table of refusals: status, code, OAuth error and texts of each.

/// A row of the table.
#[derive(Debug)]
pub struct RefusalText {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The stable code, as in `docs/errors.md` and `docs/openapi.yaml`.
    pub code: &'static str,
    /// The `error` for OAuth clients (RFC 6749 §5.2 and its extensions).
    pub oauth_error: &'static str,
    /// The title. Also the `error_description`, so it contains neither quotes nor backslashes (TK-13).
    pub title: &'static str,
    /// One sentence for the user.
    pub sentence: &'static str,
    /// Advice for developers, or empty. `detail` in `application/problem+json` has it after the sentence; pages omit it.
    pub hint: &'static str,
}

/// The sentence of a refusal that only an operator can change.
pub const NEEDS_OPERATOR: &str = "This way to sign in does not work until the operator of this site or of the provider \
                                  changes a setting.";

/// Each row: name, status, code, OAuth error, title; sentence, and a hint if there is one.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident $status:literal $code:literal $oauth_error:literal $title:literal
       $sentence:literal $($hint:literal)?;)+) => {
        /// Why a request is refused.
        #[expect(clippy::doc_markdown, reason = "the title of each row is for people")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $(#[doc = $title] $(#[$doc])* $name,)+
        }

        impl Refusal {
            /// Every refusal, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of its row.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// Status, code and texts.
            pub const fn text(self) -> &'static RefusalText {
                match self {
                    $(Self::$name => &RefusalText {
                        status: $status,
                        code: $code,
                        oauth_error: $oauth_error,
                        title: $title,
                        sentence: $sentence,
                        hint: concat!($($hint)?),
                    },)+
                }
            }
        }
    };
}

refusals! {
    // === The request ===
    InvalidRequest 400 "invalid_request" "invalid_request" "The request is not valid"
        "The address or the form is not what it should be.";
    /// The content type of the body.
    MediaType 400 "invalid_request" "invalid_request" "Not this kind of content"
        "The request has a content type that is not understood here.";
    /// The body exceeds `limits.body_bytes`.
    TooLarge 413 "invalid_request" "invalid_request" "The request is too large" "The request is too large.";
    UriTooLong 414 "invalid_request" "invalid_request" "The address is too long" "The address is too long.";
    HeadersTooLarge 431 "invalid_request" "invalid_request" "The headers are too large"
        "The browser sent too much. Clearing this site's cookies helps.";
    /// The path, or the resource that it names, does not exist.
    NotFound 404 "not_found" "invalid_request" "There is nothing here" "The address does not exist.";
    NotOnAdmin 404 "not_found" "invalid_request" "There is nothing here" "The address does not exist."
        "This is the admin listener: it answers /healthz, /readyz and /metrics, and /admin/ where admin.token is set.";
    MethodNotAllowed 405 "method_not_allowed" "invalid_request" "Not this way"
        "The address does not answer this kind of request.";
    RateLimited 429 "rate_limited" "temporarily_unavailable" "Too many attempts"
        "There were too many attempts from your network. Please try again later.";

    CookieNotKept 400 "cookie_not_kept" "invalid_request" "Your browser does not keep a cookie"
        "Your browser does not keep the cookie of this site, so it is signed in again and again.";

    // === Credentials ===
    NoSession 401 "no_session" "invalid_client" "Not signed in" "You are not signed in.";
    /// On a page the status is 409.
    SessionCookiesConflict 401 "session_cookies_conflict" "invalid_client" "Two session cookies"
        "Your browser sent the cookies of two different sessions, so neither of them counts."
        "The page of the same error removes all of them: open the account page in this browser.";
    SessionExpired 401 "session_expired" "invalid_client" "The session has expired"
        "You were signed out because you were away for too long.";
    SessionRevoked 401 "session_revoked" "invalid_client" "The session was ended"
        "This session was ended: on another device, by an administrator, or where you sign in. So you are signed out.";
    /// Also one that this endpoint does not accept.
    BearerInvalid 401 "token_invalid" "invalid_client" "The access token is not valid" "The access token is not valid.";
    /// The access token is sent in more than one place (RFC 6750 §2).
    BearerDoubled 400 "invalid_request" "invalid_request" "The request is not valid"
        "The address or the form is not what it should be.";
    InsufficientScope 403 "insufficient_scope" "invalid_request" "Not allowed" "The access token does not allow this.";
    /// The access token of the built-in client lacks the scope `account`, or has another audience.
    AccountScope 403 "insufficient_scope" "invalid_request" "Not allowed" "The access token does not allow this."
        "Ask for the scope account by resource=<issuer>, at the token endpoint with a refresh token or at \
         POST /session/token with the session cookie.";
    /// A cookie-authenticated request from an origin that is not listed.
    ForeignOrigin 403 "foreign_origin" "invalid_request" "Not from there"
        "The request came from another site and was not carried out."
        "Send this site's own origin as Origin, or Sec-Fetch-Site: same-origin; \
         login.allowed_origins lets other origins in.";
    AdminToken 401 "token_invalid" "invalid_client" "The administrator's token is wanted"
        "The administrator's token is missing or wrong.";

    // === The gateway ===
    /// A defect. The log has the cause.
    Internal 500 "internal_error" "server_error" "Something went wrong" "Something went wrong on our side.";
    /// Also if the revocation feed is out of date, so that a revoked session could be accepted.
    DatabaseUnavailable 503 "database_unavailable" "temporarily_unavailable" "Not available right now"
        "Signing in is not possible right now. Please try again in a moment.";
    Overloaded 503 "overloaded" "temporarily_unavailable" "Too much at once"
        "There are too many requests at the moment. Please try again in a moment.";

    // === OAuth clients ===
    ClientRefused 401 "invalid_client" "invalid_client" "The client is not known"
        "The application could not show who it is.";
    /// The request has no header `Authorization` (RFC 6749 §5.2).
    ClientRefusedInForm 400 "invalid_client" "invalid_client" "The client is not known"
        "The application could not show who it is.";
    UnknownClient 400 "unknown_client" "invalid_request" "Unknown app"
        "The app that sent you here is not known. Its operator has to register it here.";
    /// The document of a client by URL is refused.
    ClientDocumentRefused 400 "client_document_refused" "invalid_client" "The description of the app is not valid"
        "The app that sent you here describes itself in a document that is not valid, so it cannot be used here.";
    /// The document of a client by URL cannot be fetched.
    ClientDocumentUnavailable 502 "client_document_unavailable" "temporarily_unavailable"
        "The description of the app cannot be read"
        "The app that sent you here describes itself at an address that cannot be reached. Please try again later.";
    /// An error response to a client by URL whose host the operator has not listed.
    UnknownAppRefused 400 "app_request_refused" "invalid_request" "The request of the app is refused"
        "An app that the operator of this site does not know sent you here, and its request cannot be carried out.";
    RedirectUriRefused 400 "redirect_uri_refused" "invalid_request" "Not to that address"
        "The app that sent you here named an address that is not registered for it, so nothing is sent there.";
    /// Of a pushed request (RFC 9126 §4).
    RequestUriRefused 400 "invalid_request" "invalid_request" "The request_uri is not good any more"
        "The app sent you here with a request_uri that was used before, has expired, or belongs to another app or browser. \
         Please start again in the app.";
    /// The code or the token is not valid, or belongs to another client (RFC 6749 §5.2).
    InvalidGrant 400 "invalid_request" "invalid_grant" "The request is not valid"
        "The address or the form is not what it should be.";
    /// The client may not have one of the scopes (RFC 6749 §5.2).
    InvalidScope 400 "invalid_request" "invalid_scope" "The request is not valid"
        "The address or the form is not what it should be.";
    /// There are no tokens of this client for that resource (RFC 8707 §2).
    InvalidTarget 400 "invalid_request" "invalid_target" "The request is not valid"
        "The address or the form is not what it should be.";
    /// The client may not use the grant (RFC 6749 §5.2).
    UnauthorizedClient 400 "invalid_request" "unauthorized_client" "The request is not valid"
        "The address or the form is not what it should be.";
    /// No client can use the grant (RFC 6749 §5.2).
    UnsupportedGrantType 400 "invalid_request" "unsupported_grant_type" "The request is not valid"
        "The address or the form is not what it should be.";

    // === Logins ===
    UnknownProvider 404 "unknown_provider" "invalid_request" "Unknown provider" "There is no such way to sign in here.";
    /// The name of the provider is in a parameter, and not in the path.
    UnknownProviderParameter 400 "unknown_provider" "invalid_request" "Unknown provider"
        "There is no such way to sign in here.";
    UnknownState 400 "unknown_state" "invalid_request" "This login is not known"
        "This sign-in is not known here, or was started somewhere else. \
         Please start again from the application that you want to use.";
    StateExpired 400 "state_expired" "invalid_request" "The login took too long"
        "This sign-in took too long. Please start again.";
    StateUsed 409 "state_used" "invalid_request" "This login is finished already"
        "This sign-in was finished before. Please start again if you are not signed in.";
    WrongBrowser 403 "wrong_browser" "invalid_request" "Another browser started this login"
        "This sign-in was started in another browser. Please start again in this one.";
    ProviderDenied 403 "provider_denied" "invalid_request" "The provider said no"
        "The provider did not let you in, or the sign-in was cancelled there.";
    ProviderError 502 "provider_error" "temporarily_unavailable" "The provider answered wrongly"
        "The provider gave an answer that cannot be used. Please try again later.";
    ProviderUnavailable 503 "provider_unavailable" "temporarily_unavailable" "The provider cannot be reached"
        "The provider cannot be reached right now. Please try again in a moment.";
    ProviderTimeout 504 "provider_timeout" "temporarily_unavailable" "The provider did not answer"
        "The provider did not answer in time. Please try again in a moment.";
    /// The provider refused the code, or its ID token does not verify.
    LoginUnverified 400 "token_invalid" "invalid_request" "The login could not be verified"
        "The provider's answer could not be verified. Please start again.";
    /// In the SPA flow; the provider was not asked.
    VerifierMismatch 400 "token_invalid" "invalid_request" "The code verifier does not fit"
        "The app did not prove that it started this sign-in. Please start again."
        "code_verifier is missing or does not fit the code_challenge with which the login began, or came without one. Nothing was \
         spent: the same code can be sent again with the right one.";
    UserinfoFailed 400 "userinfo_failed" "invalid_request" "The login could not be verified"
        "The provider's information about you could not be verified. Please start again.";
    NotAllowed 403 "not_allowed" "invalid_request" "Not allowed" "You are not allowed to sign in here.";
    /// `clients.<id>.allow` refuses the person.
    AppNotAllowed 403 "not_allowed" "invalid_request" "Not allowed" "You may not use this app with this account.";
    /// A rule for sites behind a proxy refuses the person, or nobody may see the page.
    SiteNotAllowed 403 "not_allowed" "invalid_request" "Not allowed" "You may not see this page.";
    /// RFC 9470, for a site behind a proxy.
    StepUpNeeded 401 "insufficient_user_authentication" "invalid_client" "Please sign in again first"
        "For this page the sign-in has to be more recent or stronger.";
    /// The authentication is still not sufficient after a new login.
    StepUpFailed 403 "insufficient_user_authentication" "invalid_request" "This sign-in is not enough"
        "For this page the sign-in has to be more recent or stronger, and signing in again did not change that. \
         Please try another way to sign in, or ask the operator of the page.";
    UserDisabled 403 "user_disabled" "invalid_request" "This account is disabled"
        "The operator of this site has disabled this account, and can enable it again.";
    ReturnToRefused 400 "return_to_refused" "invalid_request" "The return address is refused"
        "The address to return to is not one of those that are allowed here.";

    // === Identities and their tokens ===
    AlreadyLinked 409 "already_linked" "invalid_request" "This account cannot be added"
        "The account that you chose at the provider cannot be added to yours.";
    LastIdentity 409 "last_identity" "invalid_request" "This is your only way to sign in"
        "Add another way to sign in before you remove this one.";
    /// The login is too old for this change (RFC 9470).
    AuthenticationTooOld 401 "insufficient_user_authentication" "invalid_client" "Please sign in again first"
        "For this you have to have signed in within the last ten minutes."
        "Send the person through a login with max_age=60, and then make the request again.";
    NotLinked 404 "not_linked" "invalid_request" "Not linked with this provider"
        "You have not signed in with this provider, nor linked it.";
    /// In a token exchange, for which RFC 6749 §5.2 requires the status 400.
    NotLinkedExchange 400 "not_linked" "invalid_target" "Not linked with this provider"
        "You have not signed in with this provider, nor linked it.";
    TokensNotStored 404 "tokens_not_stored" "invalid_request" "Tokens are not stored"
        "Tokens of this provider are not kept here.";
    ReauthRequired 409 "reauth_required" "invalid_request" "A new sign-in at the provider is needed"
        "The provider gives no more tokens until you have signed in there again.";
    /// In a token exchange, for which RFC 6749 §5.2 requires the status 400.
    ReauthRequiredExchange 400 "reauth_required" "interaction_required" "A new sign-in at the provider is needed"
        "The provider gives no more tokens until you have signed in there again.";
}

impl Refusal {
    /// The messages of all refusals.
    pub fn messages() -> Vec<String> {
        Self::ALL.iter().map(|refusal| refusal.message()).collect()
    }

    /// The message of the pages with its sentence; the attribute `title` is its title.
    pub fn message(self) -> String {
        let mut message = "refusal".to_owned();
        for character in self.name().chars() {
            if character.is_ascii_uppercase() {
                message.push('-');
            }
            message.push(character.to_ascii_lowercase());
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::seal::generate_key;
    use crate::config;
    use crate::pages::{BrandView, Frame, Pages};

    /// `problem+json` and `error_description` are English; the pages have the same words in English.
    #[test]
    fn each_refusal_has_its_texts_on_pages() {
        let text =
            format!("[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n", generate_key().expose());
        let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
        let pages = Pages::new(&config).expect("pages");
        let messages: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.message()).collect();
        let rendered = |lang: &str, message: &str| {
            let frame = Frame { lang, dir: "ltr", prefix: "", style: "", menu: None, brand: BrandView::default() };
            let state = format!("problem-{}", message.trim_start_matches("refusal-"));
            let samples = pages.samples(&messages, "");
            let sample = samples.iter().find(|sample| sample.name == state).expect("a state");
            pages.render_sample(&frame, sample).expect("a page").replace("&#39;", "'")
        };
        for refusal in Refusal::ALL {
            let (page, text) = (rendered("en", &refusal.message()), refusal.text());
            assert!(page.contains(&format!("<h1>{}</h1>", text.title)), "{refusal:?}: {page}");
            assert!(page.contains(&format!("<p>{}</p>", text.sentence)), "{refusal:?}: {page}");
        }
        assert!(rendered("de", "refusal-internal").contains("Etwas ist schiefgelaufen"));
    }

    /// TK-13: `error_description` is printable ASCII without quotes and backslashes (RFC 6749 §5.2).
    #[test]
    fn error_descriptions_have_only_the_allowed_characters() {
        for refusal in Refusal::ALL {
            let allowed = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
            assert!(refusal.text().title.bytes().all(allowed), "{refusal:?}");
        }
    }
}
