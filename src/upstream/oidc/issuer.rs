//! Whose word counts: one issuer, or one for each tenant of a provider that has many (Microsoft Entra).
//!
//! Such a provider has one discovery document for all its tenants, and in the place of the tenant it says `{tenantid}`. The
//! issuer of an ID token is that text with the token's own `tid` in it. Each tenant is an issuer of its own then, and a
//! `sub` belongs to its issuer, so a person there is known by both (AC-13; OpenID Connect Core §2).

use std::borrow::Cow;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::jws::Unverified;
use crate::config::Oidc;

/// The tenant of Microsoft's personal accounts.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The issuer, as it is configured.
#[derive(Clone, Copy)]
pub struct Issuer<'c> {
    text: &'c str,
    tenants: &'c [String],
}

/// The issuer of one ID token.
#[derive(Debug, PartialEq, Eq)]
pub struct Named<'c> {
    /// What its `iss` must be.
    pub issuer: Cow<'c, str>,
    /// Its tenant, where the provider has many.
    pub tenant: Option<String>,
}

impl Named<'_> {
    /// Who `sub` is at this provider. The `sub`, and in front of it the tenant where the provider has many: the same
    /// `sub` in another tenant is somebody else.
    pub fn user(&self, sub: &str) -> String {
        self.tenant.as_ref().map_or_else(|| sub.to_owned(), |tenant| format!("{tenant}/{sub}"))
    }
}

impl<'c> Issuer<'c> {
    /// Of a provider; `tenants` are those whose people may sign in, all of them where it is empty.
    pub fn new(text: &'c str, tenants: &'c [String]) -> Self {
        Self { text, tenants }
    }

    /// Of a configured provider.
    pub fn of(config: &'c Oidc) -> Self {
        Self::new(&config.issuer, &config.tenants)
    }

    /// Where its documents are. For many tenants that is where Microsoft signs everybody in who has an account of an
    /// organization, and those with personal accounts too only where their tenant is among the allowed ones.
    pub fn home(self) -> Cow<'c, str> {
        let personal = self.tenants.iter().any(|tenant| tenant == PERSONAL_ACCOUNTS);
        self.with(if personal { "common" } else { "organizations" })
    }

    /// The issuer that a token with these claims must name.
    pub fn of_token(self, claims: &Map<String, Value>) -> Result<Named<'c>, Unverified> {
        if !self.has_tenants() {
            return Ok(Named { issuer: Cow::Borrowed(self.text), tenant: None });
        }
        let tenant = claims.get("tid").and_then(Value::as_str).filter(|tid| is_tenant(tid));
        let tenant = tenant.ok_or("does not say of which tenant it is (tid)")?;
        if !self.lets_in(tenant) {
            return Err("is of a tenant that is not among the allowed ones (tid)".into());
        }
        Ok(Named { issuer: self.with(tenant), tenant: Some(tenant.to_owned()) })
    }

    /// Whether an `iss` parameter (RFC 9207), which comes before any token, can be its.
    pub fn may_be(self, said: &str) -> bool {
        let Some((before, behind)) = self.text.split_once(Oidc::TENANT) else { return said == self.text };
        let tenant = said.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
        tenant.is_some_and(|tenant| is_tenant(tenant) && self.lets_in(tenant))
    }

    fn has_tenants(self) -> bool {
        self.text.contains(Oidc::TENANT)
    }

    fn lets_in(self, tenant: &str) -> bool {
        self.tenants.is_empty() || self.tenants.iter().any(|allowed| allowed == tenant)
    }

    fn with(self, tenant: &str) -> Cow<'c, str> {
        if self.has_tenants() { self.text.replace(Oidc::TENANT, tenant).into() } else { self.text.into() }
    }
}

/// A UUID in the one usual form: what is compared and kept must not have two.
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
    fn a_token_is_of_its_own_tenant_and_only_of_an_allowed_one() {
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
    fn the_documents_are_where_the_allowed_people_sign_in() {
        assert_eq!(Issuer::new(ALL, &[]).home(), "https://login.microsoftonline.com/organizations/v2.0");
        let personal = [PERSONAL_ACCOUNTS.to_owned()];
        assert_eq!(Issuer::new(ALL, &personal).home(), "https://login.microsoftonline.com/common/v2.0");
        assert_eq!(Issuer::new("https://op.example/", &[]).home(), "https://op.example/");
    }

    /// RA-08
    #[test]
    fn an_iss_parameter_must_fit() {
        let allowed = [CONTOSO.to_owned()];
        let some = Issuer::new(ALL, &allowed);
        assert!(some.may_be(&ALL.replace("{tenantid}", CONTOSO)));
        for bad in [ALL, "", &ALL.replace("{tenantid}", OTHER), &ALL.replace("{tenantid}", "x/../y")] {
            assert!(!some.may_be(bad), "{bad}");
        }
        let single = Issuer::new("https://op.example", &[]);
        assert!(single.may_be("https://op.example") && !single.may_be("https://op.example/"));
    }
}
