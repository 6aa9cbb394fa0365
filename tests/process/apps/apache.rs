//! Apache with `mod_auth_openidc`, which protects pages with a login and services with access tokens.

use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::running::Server;
use super::setting::{GOODBYE, SECRET, confidential, go, setup};
use crate::directory::Directory;
use crate::page::Page;
use crate::ports;
use crate::setup::Setup;
use crate::visitor::Visitor;

/// A protected site on a port, and services on the next two ports: one introspects tokens, the other verifies them with the
/// keys of the gateway. Every page shows the claims.
struct Apache {
    server: Server,
    port: u16,
    setup: Setup,
    _directory: Directory,
}

const PAGE: &str = r#"<p><!--#echo var="OIDC_CLAIM_name" -->|<!--#echo var="OIDC_CLAIM_email" -->|<!--#echo
var="OIDC_CLAIM_sub" -->|<!--#echo var="OIDC_CLAIM_scope" -->|<!--#echo var="OIDC_access_token" --></p>"#;

impl Apache {
    fn start() -> Self {
        let (directory, port) = (Directory::new(), ports::free::<3>());
        let site = format!("http://127.0.0.1:{port}");
        let callback = format!("{site}/private/callback");
        let reported = format!("backchannel_logout_uri = \"{callback}?logout=backchannel\"");
        let client =
            confidential("apache", SECRET, &callback, &format!("{reported}\ninsecure_allow_private_logout_uri = true"));
        let setup = setup(&client.replace(GOODBYE, &format!("{site}/public/index.shtml")));
        for place in ["private", "public"] {
            std::fs::create_dir_all(directory.join("site").join(place)).expect("a directory");
            directory.write(&format!("site/{place}/index.shtml"), PAGE);
        }
        let issuer = setup.gateway.public();
        // It accepts a key set URL with plain http only from metadata, and introspects at the endpoint of the metadata.
        let keys_only = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/.well-known/jwks.json") });
        directory.write("site/public/keys-only.json", &keys_only.to_string());
        let path = directory.write("apache.conf", &configuration(&directory, &issuer, port));
        let mut command = Command::new("/usr/sbin/apache2");
        // In one process, so that a kill ends all of it.
        let server = Server::start(command.args(["-X", "-f", &path]), port);
        Self { server, port, setup, _directory: directory }
    }

    fn at(&self, place: u16, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port + place)
    }

    /// The values that a page shows: name, e-mail address, sub, scope, access token.
    fn shown<'p>(&self, page: &'p Page) -> Vec<&'p str> {
        assert_eq!(page.status, 200, "{page}\n{}\n{}", self.server.log(), self.setup.gateway.log());
        page.body.trim().trim_start_matches("<p>").trim_end_matches("</p>").split('|').collect()
    }

    /// A page of a service.
    async fn ask(&self, place: u16, token: &str) -> Page {
        let request = Visitor::new().request(Method::GET, self.at(place, "/private/index.shtml"));
        Visitor::send(request.bearer_auth(token)).await
    }
}

fn configuration(directory: &Directory, issuer: &str, port: u16) -> String {
    let (root, asking, verifying) = (directory.path().display(), port + 1, port + 2);
    let modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "filter", "include", "mime", "auth_openidc"];
    let load = |name: &str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let modules: String = modules.map(load).concat();
    format!(
        r#"
ServerRoot "{root}"
ServerName 127.0.0.1
PidFile "{root}/apache.pid"
DefaultRuntimeDir "{root}"
User www-data
Group www-data
ErrorLog /dev/stderr
LogLevel warn auth_openidc:info
DocumentRoot "{root}/site"
{modules}
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
<Directory "{root}/site">
    Options +Includes
    Require all granted
</Directory>
<Location /private>
    AuthType openid-connect
    Require valid-user
</Location>

Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
    OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
    OIDCClientID apache
    OIDCClientSecret "{SECRET}"
    OIDCRedirectURI http://127.0.0.1:{port}/private/callback
    OIDCCryptoPassphrase "of no importance"
    OIDCScope "openid profile email offline_access"
    OIDCPKCEMethod S256
</VirtualHost>

Listen 127.0.0.1:{asking}
<VirtualHost 127.0.0.1:{asking}>
    OIDCOAuthServerMetadataURL {issuer}/.well-known/oauth-authorization-server
    OIDCOAuthIntrospectionEndpointAuth client_secret_basic
    OIDCOAuthClientID apache
    OIDCOAuthClientSecret "{SECRET}"
    OIDCOAuthTokenIntrospectionInterval -1
    <Location /private>
        AuthType oauth20
        Require claim scope~profile
    </Location>
</VirtualHost>

Listen 127.0.0.1:{verifying}
<VirtualHost 127.0.0.1:{verifying}>
    OIDCOAuthServerMetadataURL http://127.0.0.1:{port}/public/keys-only.json
    <Location /private>
        AuthType oauth20
        Require claim iss:{issuer}
    </Location>
</VirtualHost>
"#
    )
}

/// IO-07
#[tokio::test]
async fn apache_protects_a_page_with_a_login() {
    let (apache, ada) = (Apache::start(), Visitor::new());
    let page = go(&ada, &apache.at(0, "/private/index.shtml"), "nowhere").await;
    let shown = apache.shown(&page);
    assert_eq!(shown[..2], ["Ada Lovelace", "ada@example.com"]);

    // The refresh token returns another access token for the same user.
    let (page, token) = (apache.at(0, "/private/index.shtml"), shown[4]);
    let refresh = format!("{}?refresh={page}&access_token={token}", apache.at(0, "/private/callback"));
    let sent = ada.get(refresh).await;
    assert_eq!(sent.location().map(String::from), Some(page.clone()), "{sent}\n{}", apache.server.log());
    let page = ada.get(page).await;
    let renewed = apache.shown(&page);
    assert_eq!(renewed[..3], shown[..3]);
    assert_ne!(renewed[4], token);
}

/// IO-07: a logout at Apache ends the session at the gateway; a logout at the gateway ends the session at Apache by a
/// logout token.
#[tokio::test]
async fn apache_logs_out_and_is_notified() {
    let (apache, ada) = (Apache::start(), Visitor::new());
    let (private, public) = (apache.at(0, "/private/index.shtml"), apache.at(0, "/public/index.shtml"));
    apache.shown(&go(&ada, &private, "nowhere").await);
    let bye = go(&ada, &format!("{}?logout={public}", apache.at(0, "/private/callback")), "nowhere").await;
    assert_eq!((bye.url.as_str(), bye.status.as_u16()), (&*public, 200), "{bye}");
    assert_eq!(ada.get(apache.setup.at("/session")).await.status, 401);

    apache.shown(&go(&ada, &private, "nowhere").await);
    assert_eq!(ada.post_from(&apache.setup.gateway.public(), "/logout").await.status, 200);
    let (started, limit) = (Instant::now(), Duration::from_secs(30));
    while ada.get(&private).await.status == 200 {
        assert!(started.elapsed() < limit, "{}\n{}", apache.server.log(), apache.setup.gateway.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// IO-07: as a resource server, by introspection and by the key set.
#[tokio::test]
async fn apache_protects_a_service_with_access_tokens() {
    let (apache, ada) = (Apache::start(), Visitor::new());
    let page = go(&ada, &apache.at(0, "/private/index.shtml"), "nowhere").await;
    let (sub, token) = (apache.shown(&page)[2], apache.shown(&page)[4]);
    for place in [1, 2] {
        let answer = apache.ask(place, token).await;
        assert_eq!(apache.shown(&answer)[2], sub);
        assert_eq!(apache.ask(place, &bent(token)).await.status, 401, "{place}");
    }
    let form = [("token", token), ("client_id", "apache"), ("client_secret", SECRET)];
    let revoke = Visitor::new().request(Method::POST, apache.setup.at("/oauth2/revoke")).form(&form);
    assert_eq!(Visitor::send(revoke).await.status, 200);
    assert_eq!(apache.ask(1, token).await.status, 401, "who asks about it learns that it was revoked");
    assert_eq!(apache.ask(2, token).await.status, 200, "who does not ask takes it until it expires");
}

/// The token with another signature.
fn bent(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a JWT");
    let (first, rest) = signature.split_at(1);
    format!("{signed}.{}{rest}", if first == "A" { "B" } else { "A" })
}
