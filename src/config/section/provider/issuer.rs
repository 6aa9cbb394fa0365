//! The issuer of a provider.

use url::Url;

use crate::config::layer::findings::{Findings, shown};
use crate::config::section::address::at_provider;

/// What stands for a tenant in the issuer of all of them.
pub(crate) const TENANT: &str = "{tenantid}";
/// What to do where an issuer of every tenant stands in the place of one tenant's.
pub(crate) const ONE_TENANT: &str = "write your tenant's id in its place, or preset = \"microsoft-multi\" with the \
                                     tenants that may come in";

/// Microsoft's hosts, and what stands there in the place of a tenant for everybody's tenant.
const MICROSOFT: [&str; 3] =
    ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
const EVERYBODY: [&str; 3] = ["common", "organizations", "consumers"];

/// The issuer, byte for byte (OpenID Connect Discovery §4.3): what is validated is not what is kept.
pub(crate) fn issuer(key: &str, text: String, allow_http: bool, at: &mut Findings<'_>) -> Option<String> {
    let url = at_provider(key, &text, allow_http, at)?;
    if url.query().is_some() {
        at.refuse(key, format!("{} has a query", shown(&text)), "write it as the provider's metadata does, without ?…");
        return None;
    }
    if text.ends_with("/.well-known/openid-configuration") {
        let remedy = "write the `issuer` that stands in that document";
        at.refuse(key, format!("{} is the address of the metadata", shown(&text)), remedy);
        return None;
    }
    if is_everybodys(&url) {
        at.refuse(key, format!("{} is nobody's issuer, but that of every tenant", shown(&text)), ONE_TENANT);
        return None;
    }
    Some(text)
}

/// No ID token names it. And who merely follows what the metadata say, lets every organization in (AC-13).
fn is_everybodys(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
    let at_microsoft = url.host_str().is_some_and(|host| MICROSOFT.contains(&host));
    at_microsoft && EVERYBODY.iter().any(|name| first.eq_ignore_ascii_case(name))
}
