//! The table of refusals: status, code and texts of each.

use crate::login::Code;

/// A row of the table.
#[derive(Debug)]
pub struct RefusalText {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The stable code, as in `docs/openapi.yaml`.
    pub code: &'static str,
    /// The title. Also the `error_description`, so it contains neither quotes nor backslashes (TK-13).
    pub title: &'static str,
    /// One sentence for the user.
    pub sentence: &'static str,
    /// Advice for developers. `detail` in `application/problem+json` has it after the sentence; pages omit it.
    pub hint: &'static str,
}

const fn row(status: u16, code: &'static str, title: &'static str, sentence: &'static str) -> RefusalText {
    RefusalText { status, code, title, sentence, hint: "" }
}

/// The sentence of a refusal that only an operator can change.
pub const NEEDS_OPERATOR: &str = "This way to sign in does not work until the operator of this site or of the provider \
                                  changes a setting.";

pub static INVALID_REQUEST: RefusalText =
    row(400, "invalid_request", "The request is not valid", "The address or the form is not what it should be.");
pub static NOT_FOUND: RefusalText = row(404, "not_found", "There is nothing here", "The address does not exist.");
pub static NOT_ON_ADMIN: RefusalText = RefusalText {
    hint: "This is the admin listener: it answers /healthz, /readyz and /metrics, and /admin/ where admin.token is set.",
    ..row(404, "not_found", "There is nothing here", "The address does not exist.")
};
pub static METHOD: RefusalText =
    row(405, "method_not_allowed", "Not this way", "The address does not answer this kind of request.");
pub static TOO_LARGE: RefusalText =
    row(413, "invalid_request", "The request is too large", "The request is too large.");
pub static URI_TOO_LONG: RefusalText =
    row(414, "invalid_request", "The address is too long", "The address is too long.");
pub static HEADERS: RefusalText = row(
    431,
    "invalid_request",
    "The headers are too large",
    "The browser sent too much. Clearing this site's cookies helps.",
);
pub static MEDIA_TYPE: RefusalText = row(
    400,
    "invalid_request",
    "Not this kind of content",
    "The request has a content type that is not understood here.",
);
pub static RATE_LIMITED: RefusalText = row(
    429,
    "rate_limited",
    "Too many attempts",
    "There were too many attempts from your network. Please wait a minute.",
);
pub static NO_SESSION: RefusalText = row(401, "no_session", "Not signed in", "You are not signed in.");
pub static SESSION_COOKIES_CONFLICT: RefusalText = RefusalText {
    hint: "The page of the same error removes all of them: open the account page in this browser.",
    ..row(
        401,
        "session_cookies_conflict",
        "Two session cookies",
        "Your browser sent the cookies of two different sessions, so neither of them counts.",
    )
};
pub static SESSION_EXPIRED: RefusalText =
    row(401, "session_expired", "The session has expired", "You were signed out because you were away for too long.");
pub static SESSION_REVOKED: RefusalText = row(401, "session_revoked", "The session was ended", "You were signed out.");
pub static BEARER_INVALID: RefusalText =
    row(401, "token_invalid", "The access token is not valid", "The access token is not valid.");
pub static CLIENT_UNKNOWN: RefusalText =
    row(401, "invalid_client", "The client is not known", "The application could not show who it is.");
/// The same where the request has no header `Authorization` (RFC 6749 §5.2).
pub static CLIENT_UNKNOWN_IN_FORM: RefusalText =
    row(400, "invalid_client", CLIENT_UNKNOWN.title, CLIENT_UNKNOWN.sentence);
pub static INSUFFICIENT_SCOPE: RefusalText =
    row(403, "insufficient_scope", "Not allowed", "The access token does not allow this.");
pub static ACCOUNT_SCOPE: RefusalText = RefusalText {
    hint: "Ask for the scope account by resource=<issuer>, at the token endpoint with a refresh token or at \
           POST /session/token with the session cookie.",
    ..row(403, "insufficient_scope", "Not allowed", "The access token does not allow this.")
};
pub static FOREIGN_ORIGIN: RefusalText = RefusalText {
    hint: "Send this site's own origin as Origin, or Sec-Fetch-Site: same-origin; \
           login.allowed_origins lets other origins in.",
    ..row(403, "foreign_origin", "Not from there", "The request came from another site and was not carried out.")
};
pub static ADMIN_TOKEN: RefusalText =
    row(401, "token_invalid", "The administrator's token is wanted", "The administrator's token is missing or wrong.");
pub static INTERNAL: RefusalText =
    row(500, "internal_error", "Something went wrong", "Something went wrong on our side.");
pub static DATABASE: RefusalText = row(
    503,
    "database_unavailable",
    "Not available right now",
    "Signing in is not possible right now. Please try again in a moment.",
);

pub static UNKNOWN_CLIENT: RefusalText = row(
    400,
    "unknown_client",
    "Unknown app",
    "The app that sent you here is not known. Its operator has to register it here.",
);
pub static REDIRECT_URI: RefusalText = row(
    400,
    "redirect_uri_refused",
    "Not to that address",
    "The app that sent you here named an address that is not registered for it, so nothing is sent there.",
);
pub static UNKNOWN_PROVIDER: RefusalText =
    row(404, "unknown_provider", "Unknown provider", "There is no such way to sign in here.");
pub static UNKNOWN_PROVIDER_PARAMETER: RefusalText =
    row(400, "unknown_provider", "Unknown provider", "There is no such way to sign in here.");
pub static UNKNOWN_STATE: RefusalText = row(
    400,
    "unknown_state",
    "This login is not known",
    "This sign-in is not known here, or was started somewhere else. Please start again from the application that you want to use.",
);
pub static STATE_EXPIRED: RefusalText =
    row(400, "state_expired", "The login took too long", "This sign-in took too long. Please start again.");
pub static STATE_USED: RefusalText = row(
    409,
    "state_used",
    "This login is finished already",
    "This sign-in was finished before. Please start again if you are not signed in.",
);
pub static WRONG_BROWSER: RefusalText = row(
    403,
    "wrong_browser",
    "Another browser started this login",
    "This sign-in was started in another browser. Please start again in this one.",
);
pub static PROVIDER_DENIED: RefusalText = row(
    403,
    "provider_denied",
    "The provider said no",
    "The provider did not let you in, or the sign-in was cancelled there.",
);
pub static PROVIDER_ERROR: RefusalText = row(
    502,
    "provider_error",
    "The provider answered wrongly",
    "The provider gave an answer that cannot be used. Please try again later.",
);
pub static PROVIDER_UNAVAILABLE: RefusalText = row(
    503,
    "provider_unavailable",
    "The provider cannot be reached",
    "The provider cannot be reached right now. Please try again in a moment.",
);
pub static PROVIDER_TIMEOUT: RefusalText = row(
    504,
    "provider_timeout",
    "The provider did not answer",
    "The provider did not answer in time. Please try again in a moment.",
);
pub static OVERLOADED: RefusalText = row(
    503,
    "overloaded",
    "Too much at once",
    "There are too many requests at the moment. Please try again in a moment.",
);
pub static TOKEN_INVALID: RefusalText = row(
    400,
    "token_invalid",
    "The login could not be verified",
    "The provider's answer could not be verified. Please start again.",
);
pub static USERINFO_FAILED: RefusalText = row(
    400,
    "userinfo_failed",
    "The login could not be verified",
    "The provider's information about you could not be verified. Please start again.",
);
pub static NOT_ALLOWED: RefusalText = row(403, "not_allowed", "Not allowed", "You are not allowed to sign in here.");
pub static USER_DISABLED: RefusalText =
    row(403, "user_disabled", "This account is disabled", "You are not allowed to sign in here.");
pub static ALREADY_LINKED: RefusalText = row(
    409,
    "already_linked",
    "This account cannot be added",
    "The account that you chose at the provider cannot be added to yours.",
);
pub static LAST_IDENTITY: RefusalText = row(
    409,
    "last_identity",
    "This is your only way to sign in",
    "Add another way to sign in before you remove this one.",
);
pub static AUTHENTICATION_TOO_OLD: RefusalText = RefusalText {
    hint: "Send the person through a login with max_age=60, and then make the request again.",
    ..row(
        401,
        "insufficient_user_authentication",
        "Please sign in again first",
        "For this you have to have signed in within the last ten minutes.",
    )
};
pub static RETURN_TO_REFUSED: RefusalText = row(
    400,
    "return_to_refused",
    "The return address is refused",
    "The address to return to is not one of those that are allowed here.",
);

pub static NOT_LINKED: RefusalText = row(
    404,
    "not_linked",
    "Not linked with this provider",
    "You have not signed in with this provider, nor linked it.",
);
pub static TOKENS_NOT_STORED: RefusalText =
    row(404, "tokens_not_stored", "Tokens are not stored", "Tokens of this provider are not kept here.");
pub static REAUTH_REQUIRED: RefusalText = row(
    409,
    "reauth_required",
    "A new sign-in at the provider is needed",
    "The provider gives no more tokens until you have signed in there again.",
);

/// The two refusals of a token exchange. RFC 6749 §5.2 requires 400 for them.
pub static NOT_LINKED_EXCHANGE: RefusalText = row(400, "not_linked", NOT_LINKED.title, NOT_LINKED.sentence);
pub static REAUTH_REQUIRED_EXCHANGE: RefusalText =
    row(400, "reauth_required", REAUTH_REQUIRED.title, REAUTH_REQUIRED.sentence);

/// The row for the code of a failed login.
pub fn row_of(code: Code) -> &'static RefusalText {
    match code {
        Code::UnknownProvider => &UNKNOWN_PROVIDER,
        Code::UnknownState => &UNKNOWN_STATE,
        Code::StateExpired => &STATE_EXPIRED,
        Code::StateUsed => &STATE_USED,
        Code::WrongBrowser => &WRONG_BROWSER,
        Code::ProviderDenied => &PROVIDER_DENIED,
        Code::ProviderError => &PROVIDER_ERROR,
        Code::ProviderUnavailable => &PROVIDER_UNAVAILABLE,
        Code::ProviderTimeout => &PROVIDER_TIMEOUT,
        Code::Overloaded => &OVERLOADED,
        Code::TokenInvalid => &TOKEN_INVALID,
        Code::UserinfoFailed => &USERINFO_FAILED,
        Code::NotAllowed => &NOT_ALLOWED,
        Code::UserDisabled => &USER_DISABLED,
        Code::AlreadyLinked => &ALREADY_LINKED,
        Code::SessionRevoked => &SESSION_REVOKED,
        Code::ReturnToRefused => &RETURN_TO_REFUSED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TK-13: `error_description` is printable ASCII without quotes and backslashes (RFC 6749 §5.2).
    #[test]
    fn error_descriptions_have_only_the_allowed_characters() {
        let said = [
            &INVALID_REQUEST,
            &METHOD,
            &TOO_LARGE,
            &MEDIA_TYPE,
            &RATE_LIMITED,
            &CLIENT_UNKNOWN,
            &FOREIGN_ORIGIN,
            &INTERNAL,
            &DATABASE,
            &NOT_LINKED,
            &REAUTH_REQUIRED,
            &PROVIDER_ERROR,
            &PROVIDER_TIMEOUT,
            &OVERLOADED,
            &PROVIDER_UNAVAILABLE,
        ];
        for row in said {
            let allowed = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
            assert!(row.title.bytes().all(allowed), "{row:?}");
        }
    }
}
