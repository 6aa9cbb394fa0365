//! Validates `providers.<id>.issuer`.

use url::Url;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::section::address::provider_url;

/// The placeholder for the tenant in an issuer of all tenants.
pub(crate) const TENANT: &str = "{tenantid}";
/// The remedy if the configuration has the issuer of all tenants instead of the issuer of one tenant.
pub(crate) const ONE_TENANT: &str = "write your tenant's id in its place, or preset = \"microsoft-multi\" with the \
                                     tenants whose users may sign in";

/// Microsoft's hosts, and the first path segments that mean more than one tenant.
const MICROSOFT: [&str; 3] =
    ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
const MULTI_TENANT: [&str; 3] = ["common", "organizations", "consumers"];

/// Validates the issuer. The text itself is kept, since issuers are compared byte for byte (OpenID Connect Discovery §4.3).
pub(crate) fn issuer(key: &str, text: String, allow_http: bool, validator: &mut Validator<'_>) -> Option<String> {
    let url = provider_url(key, &text, allow_http, validator)?;
    if url.query().is_some() {
        validator.reject(
            key,
            format!("{} has a query", quoted(&text)),
            "write it as in the provider's metadata, without the query",
        );
        return None;
    }
    if text.ends_with("/.well-known/openid-configuration") {
        let remedy = "write the value of `issuer` in that document";
        validator.reject(key, format!("{} is the URL of the metadata", quoted(&text)), remedy);
        return None;
    }
    if is_multi_tenant(&url) {
        validator.reject(
            key,
            format!("{} is the address of all tenants, which is not the issuer of any", quoted(&text)),
            ONE_TENANT,
        );
        return None;
    }
    Some(text)
}

/// Whether the URL is the issuer of all tenants at Microsoft. No ID token has it as issuer, and accepting the issuers
/// of all tenants instead would let users of every organization sign in (AC-13).
fn is_multi_tenant(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
    let at_microsoft = url.host_str().is_some_and(|host| MICROSOFT.contains(&host));
    at_microsoft && MULTI_TENANT.iter().any(|name| first.eq_ignore_ascii_case(name))
}
