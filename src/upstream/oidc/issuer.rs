//! The expected issuer: a single one, or one for each tenant of a multi-tenant provider (Microsoft Entra).
//!
//! A multi-tenant provider has one discovery document, whose issuer contains the placeholder `{tenantid}`. The issuer of an ID
//! token has the token's `tid` in its place. Each tenant is a separate issuer, and a `sub` is unique only within its issuer, so
//! users are identified by tenant and `sub` (AC-13; OpenID Connect Core §2).

use std::borrow::Cow;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::token_error::TokenError;
use crate::config::Oidc;

/// The tenant of Microsoft's personal accounts.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The configured issuer, possibly with the tenant placeholder.
#[derive(Clone, Copy)]
pub struct Issuer<'c> {
    text: &'c str,
    tenants: &'c [String],
}

/// The issuer that one token must name.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenIssuer<'c> {
    /// The `iss` that the ID token must have, byte for byte; of a template, with the tenant of the token.
    pub issuer: Cow<'c, str>,
    /// The tenant, at a multi-tenant provider.
    pub tenant: Option<String>,
}

impl TokenIssuer<'_> {
    /// The unique subject identifier at this provider: the `sub`, with the tenant as a prefix at a multi-tenant provider.
    pub fn qualified_sub(&self, sub: &str) -> String {
        self.tenant.as_ref().map_or_else(|| sub.to_owned(), |tenant| format!("{tenant}/{sub}"))
    }
}

impl<'c> Issuer<'c> {
    /// Creates an issuer. `tenants` are the allowed tenants; an empty list allows all.
    pub fn new(text: &'c str, tenants: &'c [String]) -> Self {
        Self { text, tenants }
    }

    /// The issuer of a configured provider.
    pub fn of(config: &'c Oidc) -> Self {
        Self::new(&config.issuer, &config.tenants)
    }

    /// The base URL of the documents. At Microsoft, `organizations` accepts accounts of all organizations; `common` accepts
    /// personal accounts as well, and is used if their tenant is allowed.
    pub fn base_url(self) -> Cow<'c, str> {
        let personal = self.tenants.iter().any(|tenant| tenant == PERSONAL_ACCOUNTS);
        self.with_tenant(if personal { "common" } else { "organizations" })
    }

    /// The issuer that a token with these claims must name. Fails for a missing tenant or one that is not allowed.
    pub fn of_token(self, claims: &Map<String, Value>) -> Result<TokenIssuer<'c>, TokenError> {
        if !self.has_tenants() {
            return Ok(TokenIssuer { issuer: Cow::Borrowed(self.text), tenant: None });
        }
        let tenant = claims.get("tid").and_then(Value::as_str).filter(|tid| is_tenant(tid));
        let tenant = tenant.ok_or("does not name its tenant (tid)")?;
        if !self.allows(tenant) {
            return Err("is of a tenant that is not allowed (tid)".into());
        }
        Ok(TokenIssuer { issuer: self.with_tenant(tenant), tenant: Some(tenant.to_owned()) })
    }

    /// Whether an `iss` parameter (RFC 9207) names this issuer, with any allowed tenant.
    pub fn matches(self, iss: &str) -> bool {
        let Some((prefix, suffix)) = self.text.split_once(Oidc::TENANT) else { return iss == self.text };
        let tenant = iss.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
        tenant.is_some_and(|tenant| is_tenant(tenant) && self.allows(tenant))
    }

    fn has_tenants(self) -> bool {
        self.text.contains(Oidc::TENANT)
    }

    fn allows(self, tenant: &str) -> bool {
        self.tenants.is_empty() || self.tenants.iter().any(|allowed| allowed == tenant)
    }

    fn with_tenant(self, tenant: &str) -> Cow<'c, str> {
        if self.has_tenants() { self.text.replace(Oidc::TENANT, tenant).into() } else { self.text.into() }
    }
}

/// How another issuer than the expected one is explained: a difference in the slash at the end is hard to see.
pub fn other_issuer(sent: &str, expected: &str) -> &'static str {
    match (sent.strip_suffix('/'), expected.strip_suffix('/')) {
        (Some(sent), None) if sent == expected => {
            "is of the issuer with a slash at its end (iss), and the configured one has none: write issuer as the provider does"
        }
        (None, Some(expected)) if sent == expected => {
            "is of the issuer without a slash at its end (iss), and the configured one has one: write issuer as the provider does"
        }
        _ => "is of another issuer (iss)",
    }
}

/// Whether the text is a UUID in its canonical form, so that two spellings are never two tenants.
fn is_tenant(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|uuid| uuid.hyphenated().to_string() == text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";
    const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const OTHER: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";

    fn named(issuer: Issuer<'_>, tid: Value) -> Option<(String, Option<String>)> {
        let claims = Map::from_iter([("tid".to_owned(), tid)]);
        issuer.of_token(&claims).ok().map(|named| (named.issuer.into_owned(), named.tenant))
    }

    /// AC-13
    #[test]
    fn the_issuer_of_a_token_is_that_of_its_allowed_tenant() {
        let all = Issuer::new(ALL, &[]);
        let expected = Some((format!("https://login.microsoftonline.com/{CONTOSO}/v2.0"), Some(CONTOSO.to_owned())));
        assert_eq!(named(all, json!(CONTOSO)), expected);
        let allowed = [CONTOSO.to_owned()];
        let some = Issuer::new(ALL, &allowed);
        assert_eq!(named(some, json!(CONTOSO)), expected);
        assert_eq!(named(some, json!(OTHER)), None);
        let odd =
            [CONTOSO.to_uppercase(), format!("{{{CONTOSO}}}"), CONTOSO.replace('-', ""), "..".into(), String::new()];
        for bad in odd.into_iter().map(Value::from).chain([json!(null), json!(7), json!("organizations")]) {
            assert_eq!(named(all, bad.clone()), None, "{bad}");
        }
        let single = Issuer::new("https://op.example", &[]);
        assert_eq!(named(single, json!(CONTOSO)), Some(("https://op.example".into(), None)));
    }

    #[test]
    fn the_base_url_accepts_personal_accounts_only_where_allowed() {
        assert_eq!(Issuer::new(ALL, &[]).base_url(), "https://login.microsoftonline.com/organizations/v2.0");
        let personal = [PERSONAL_ACCOUNTS.to_owned()];
        assert_eq!(Issuer::new(ALL, &personal).base_url(), "https://login.microsoftonline.com/common/v2.0");
        assert_eq!(Issuer::new("https://op.example/", &[]).base_url(), "https://op.example/");
    }

    #[test]
    fn a_difference_in_the_slash_is_said() {
        let (with, without) = ("https://op.example/", "https://op.example");
        assert!(
            other_issuer(with, without).contains("with a slash")
                && other_issuer(without, with).contains("without a slash")
        );
        for (sent, expected) in [("https://evil.example", without), ("", without), ("https://op.example//", without)] {
            assert_eq!(other_issuer(sent, expected), "is of another issuer (iss)");
        }
    }

    /// RA-08
    #[test]
    fn an_iss_parameter_must_match() {
        let allowed = [CONTOSO.to_owned()];
        let some = Issuer::new(ALL, &allowed);
        assert!(some.matches(&ALL.replace("{tenantid}", CONTOSO)));
        for bad in [ALL, "", &ALL.replace("{tenantid}", OTHER), &ALL.replace("{tenantid}", "x/../y")] {
            assert!(!some.matches(bad), "{bad}");
        }
        let single = Issuer::new("https://op.example", &[]);
        assert!(single.matches("https://op.example") && !single.matches("https://op.example/"));
    }
}
