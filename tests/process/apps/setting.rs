//! A gateway with registered apps, and the steps of a login.

use rcgen::KeyPair;
use url::Url;

use crate::gateway::Settings;
use crate::page::Page;
use crate::setup::Setup;
use crate::visitor::Visitor;

/// The redirect URI and the post-logout redirect URI of apps that the browser does not visit.
pub const NOWHERE: &str = "http://127.0.0.1:9/callback";
pub const GOODBYE: &str = "http://127.0.0.1:9/goodbye";

/// A secret with every special character of RFC 6749 §2.3.1.
pub const SECRET: &str = "it: has+everything/ that%20has & a=meaning?";

/// As `vestibule secrets generate` prints one, for those that leave out the form-encoding of RFC 6749 §2.3.1 in the
/// `Authorization` header, as Authlib does.
pub const BASE64_SECRET: &str = "as+base64/of+thirty+two+bytes/always+ends+=";

/// The apps of the tests are on loopback, as during development, and need no consent.
const AT_HOME: &str = "insecure_skip_loopback_consent = true";

/// An app on a server; `more` is the rest of its table.
pub fn confidential(id: &str, secret: &str, redirect_uri: &str, more: &str) -> String {
    format!(
        r#"
[clients.{id}]
type = "confidential"
client_secret = "{secret}"
redirect_uris = ["{redirect_uri}"]
post_logout_redirect_uris = ["{GOODBYE}"]
grants = ["authorization_code", "refresh_token", "client_credentials"]
scopes = ["openid", "profile", "email", "offline_access", "orders"]
{AT_HOME}
{more}
"#
    )
}

/// The same with `private_key_jwt`.
pub fn signing(settings: Settings, id: &str, redirect_uri: &str, key: &KeyPair) -> Settings {
    let public = settings.directory.write(&format!("{id}.pem"), &key.public_key_pem());
    let by_secret = confidential(id, SECRET, redirect_uri, "");
    let by_key =
        by_secret.replace(&format!("client_secret = \"{SECRET}\""), &format!("public_key_file = \"{public}\""));
    settings.and(&by_key)
}

/// An app in a browser or on the machine of a user.
pub fn public(id: &str, redirect_uri: &str, more: &str) -> String {
    let addresses = format!("redirect_uris = [\"{redirect_uri}\"]\npost_logout_redirect_uris = [\"{redirect_uri}\"]");
    format!("\n[clients.{id}]\n{addresses}\n{AT_HOME}\n{more}\n")
}

/// A gateway with these clients and a key of every algorithm.
pub fn setup(clients: &str) -> Setup {
    setup_with(clients, |settings| settings)
}

/// The same with other settings.
pub fn setup_with(clients: &str, change: impl FnOnce(Settings) -> Settings) -> Setup {
    Setup::with(|settings| change(settings.and(clients).with("signing.algorithms", "ES256,RS256,EdDSA")))
}

/// Opens a URL and follows redirects, as Ada at the pretend provider, up to the first page or to a URL that begins with
/// `until`.
pub async fn go(visitor: &Visitor, from: &str, until: &str) -> Page {
    let page = visitor.follow(visitor.get(from).await, until).await;
    if !page.body.contains("Whom would you like to be?") {
        return page;
    }
    let back = visitor.decide(&page.url, &[("person", "ada")]).await;
    visitor.follow(visitor.get(back).await, until).await
}

/// The same, with the user's consent if a page asks for it; fails unless the last redirect is to a URL that begins with
/// `until`.
pub async fn sent_back(visitor: &Visitor, from: &str, until: &str) -> Url {
    let mut page = go(visitor, from, until).await;
    if page.body.contains("/oauth2/authorize/agree") {
        let form = page.form().unwrap_or_else(|| panic!("no form on {page}"));
        let fields = form.fields.into_iter().chain([("answer".to_owned(), "yes".to_owned())]).collect::<Vec<_>>();
        let request = visitor.request(reqwest::Method::POST, form.action).header("sec-fetch-site", "same-origin");
        page = visitor.follow(Visitor::send(request.form(&fields)).await, until).await;
    }
    let location = page.location().filter(|url| url.as_str().starts_with(until));
    let mut back = location.unwrap_or_else(|| panic!("no redirect to {until}: {page}"));
    // A browser does not send the fragment.
    back.set_fragment(None);
    back
}
