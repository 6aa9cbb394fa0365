//! The remedy for the operator if a provider rejects an authorization request.

use super::error_response::ProviderError;

/// The remedy if a provider rejects an authorization request. `redirect_uri`: the redirect URI of the request.
pub fn request_remedy(error: &ProviderError, redirect_uri: &str) -> String {
    let (code, words) = (error.code(), error.description().to_ascii_lowercase());
    let says = |texts: &[&str]| texts.iter().any(|text| words.contains(text));
    let remedy = match code {
        _ if says(&["redirect"]) => return format!("register the redirect URI {redirect_uri} for this client there"),
        _ if says(&["dpop"]) => "this client requires DPoP there, which is not supported here: switch it off",
        "invalid_scope" => "check scopes: each must be allowed for this client there",
        _ if says(&["scope"]) => "check scopes: each must be allowed for this client there",
        "unsupported_response_type" => "allow the authorization code flow for this client there",
        _ if says(&["flow is", "response_type", "response type"]) => {
            "allow the authorization code flow for this client there (Keycloak: Standard flow)"
        }
        _ if says(&["pkce", "code_challenge", "code challenge"]) => "check pkce",
        _ if says(&["pushed"]) => "check pushed_authorization; \"never\" sends requests through the browser",
        "unauthorized_client" => {
            "check that this client is enabled there and may use the authorization code flow; if it may not push requests, write \
             pushed_authorization = \"never\""
        }
        "invalid_request_uri" | "request_uri_not_supported" => "check pushed_authorization",
        "unsupported_response_mode" => "check response_mode",
        "request_not_supported" | "invalid_target" => "check extra_params",
        _ => {
            return format!(
                "check what this client requires there, and that the redirect URI {redirect_uri} is registered"
            );
        }
    };
    remedy.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_for_a_rejected_request_depends_on_the_error_description() {
        let of =
            |code: &str, words: &str| request_remedy(&ProviderError::new(code, Some(words)), "https://gw.example/cb");
        for (code, words, sign) in [
            ("invalid_request", "Invalid parameter: redirect_uri", "register the redirect URI https://gw.example/cb"),
            ("invalid_request", "Invalid scopes: openid x", "check scopes"),
            ("invalid_scope", "", "check scopes"),
            ("unauthorized_client", "Standard flow is disabled for the client.", "Standard flow"),
            ("invalid_request", "DPoP proof is missing", "DPoP"),
            ("invalid_request", "Missing parameter: code_challenge_method", "check pkce"),
            ("unauthorized_client", "", "pushed_authorization = \"never\""),
            ("invalid_request", "", "https://gw.example/cb"),
        ] {
            let remedy = of(code, words);
            assert!(remedy.contains(sign), "{code} {words}: {remedy}");
        }
    }
}
