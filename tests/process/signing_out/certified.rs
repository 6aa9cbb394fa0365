//! npm's certified `oidc-provider`, with RP-initiated and back-channel logout.

use super::upstream::{addresses, session, settings, sign_out, until_accepted, until_signed_out};
use crate::gateway::Gateway;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::{Visitor, param};

struct Setup {
    gateway: Gateway,
    issuer: String,
    _provider: Provider,
}

impl Setup {
    fn new(options: &[&str]) -> Self {
        let port = ports::free::<1>();
        let issuer = format!("http://127.0.0.1:{port}");
        let settings = settings(&issuer);
        let [post_logout_redirect_uri, backchannel_logout_uri] = addresses(&settings.public());
        let mut all = vec![
            "--post-logout-redirect-uri",
            &post_logout_redirect_uri,
            "--backchannel-logout-uri",
            &backchannel_logout_uri,
        ];
        all.extend(options);
        let redirect_uris = [format!("{}/callback/op", settings.public())];
        let provider = Provider::certified(port, &settings.client_secret, &redirect_uris, &all);
        Self { gateway: settings.serve(), issuer, _provider: provider }
    }

    async fn sign_in(&self, visitor: &Visitor) {
        let until = format!("{}/account", self.gateway.public());
        let mut page = visitor.follow(visitor.get(format!("{}/login/op", self.gateway.public())).await, &until).await;
        assert!(page.body.contains("name=\"login\""), "{page}");
        page = visitor.submit(&page, &[("login", "ada"), ("password", "any")]).await;
        page = visitor.follow(page, &until).await;
        if page.location().is_none() {
            page = visitor.follow(visitor.submit(&page, &[]).await, &until).await;
        }
        assert!(page.location().is_some(), "{page}\n{}", self.gateway.log());
        assert_eq!(session(visitor, &self.gateway.public()).await, 200);
    }
}

/// LO-27, IO-01: the button "Sign out" of the gateway redirects to the provider's confirmation page, and the provider
/// redirects back to the gateway. The session at the provider ends. The logout token that the provider also sends is
/// accepted (LO-21).
#[tokio::test]
async fn a_logout_at_the_gateway_ends_the_session_at_the_provider() {
    let (setup, ada) = (Setup::new(&[]), Visitor::new());
    for _ in 0..2 {
        setup.sign_in(&ada).await;
        let away = sign_out(&ada, &setup.gateway.public()).await.location().expect("the provider");
        assert!(away.as_str().starts_with(&format!("{}/session/end?", setup.issuer)), "{away}");
        let state = param(&away, "state");
        let confirmation = ada.get(away).await;
        let confirmed = ada.submit(&confirmation, &[("logout", "yes")]).await;
        let back = confirmed.location().unwrap_or_else(|| panic!("the provider does not redirect back: {confirmed}"));
        assert_eq!((back.path(), param(&back, "state")), ("/logout/callback/op", state));
        let page = ada.get(back).await;
        assert!(page.status == 200 && page.body.contains("You are signed out"), "{page}");
    }
    until_accepted(&setup.gateway, 2).await;
}

/// LO-11, IO-01: a user signs out at the provider, which sends a logout token with `sid` and `sub`, or with `sub` alone.
#[tokio::test]
async fn a_logout_at_the_provider_ends_the_session_at_the_gateway() {
    for options in [&[] as &[&str], &["--without-sid"]] {
        let setup = Setup::new(options);
        let (ada, another_browser) = (Visitor::new(), Visitor::new());
        setup.sign_in(&ada).await;
        setup.sign_in(&another_browser).await;
        let confirmation = ada.get(format!("{}/session/end", setup.issuer)).await;
        let done = ada.submit(&confirmation, &[("logout", "yes")]).await;
        assert_eq!(done.status, 303, "{done}");
        let public = setup.gateway.public();
        until_signed_out(&ada, &setup.gateway, &public).await;
        until_accepted(&setup.gateway, 1).await;
        // A logout token with `sub` alone ends every session of the user.
        let stays = if options.is_empty() { 200 } else { 401 };
        assert_eq!(session(&another_browser, &public).await, stays, "{options:?}");
    }
}
