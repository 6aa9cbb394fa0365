//! npm's certified `oidc-provider`, with RP-initiated and back-channel logout.

use super::upstream::{addresses, session, settings, sign_out, taken, until_signed_out};
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
        let [back, reported] = addresses(&settings.public());
        let mut all = vec!["--post-logout-redirect-uri", &back, "--backchannel-logout-uri", &reported];
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

/// LO-27, IO-01: from our button to the confirmation page of the provider, and back to our page. The session of the provider
/// ends. The logout token that it also sends is accepted (LO-21).
#[tokio::test]
async fn a_logout_here_ends_the_session_at_the_provider() {
    let (setup, ada) = (Setup::new(&[]), Visitor::new());
    for _ in 0..2 {
        setup.sign_in(&ada).await;
        let away = sign_out(&ada, &setup.gateway.public()).await.location().expect("the provider");
        assert!(away.as_str().starts_with(&format!("{}/session/end?", setup.issuer)), "{away}");
        let state = param(&away, "state");
        let asks = ada.get(away).await;
        let confirmed = ada.submit(&asks, &[("logout", "yes")]).await;
        let back = confirmed.location().unwrap_or_else(|| panic!("nobody is sent back: {confirmed}"));
        assert_eq!((back.path(), param(&back, "state")), ("/logout/callback/op", state));
        let page = ada.get(back).await;
        assert!(page.status == 200 && page.body.contains("You are signed out"), "{page}");
    }
    assert_eq!(taken(&setup.gateway), 2, "{}", setup.gateway.log());
}

/// LO-11, IO-01: a user signs out at the provider, which sends a logout token with `sid` and `sub`, or with `sub` alone.
#[tokio::test]
async fn a_logout_at_the_provider_ends_the_session_here() {
    for options in [&[] as &[&str], &["--without-sid"]] {
        let setup = Setup::new(options);
        let (ada, elsewhere) = (Visitor::new(), Visitor::new());
        setup.sign_in(&ada).await;
        setup.sign_in(&elsewhere).await;
        let asks = ada.get(format!("{}/session/end", setup.issuer)).await;
        let done = ada.submit(&asks, &[("logout", "yes")]).await;
        assert_eq!(done.status, 303, "{done}");
        let public = setup.gateway.public();
        until_signed_out(&ada, &setup.gateway, &public).await;
        assert_eq!(taken(&setup.gateway), 1, "{}", setup.gateway.log());
        // With `sub` alone it ends every session of the user.
        let stays = if options.is_empty() { 200 } else { 401 };
        assert_eq!(session(&elsewhere, &public).await, stays, "{options:?}");
    }
}
