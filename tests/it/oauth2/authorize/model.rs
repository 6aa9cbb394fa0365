//! FZ-07: random sequences of requests, logins and codes of two browsers, two users and two apps, with repetitions and
//! mix-ups. No app gets a token of a user who did not sign in for it in that browser, and no code is redeemed twice.

use std::collections::HashSet;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::app::{Tokens, path, post, setup};
use crate::support::{Answer, Begun, Browser, Gateway, parameter};

const APPS: [(&str, &str); 2] = [("spa", "https://spa.example/cb"), ("second", "https://second.example/cb")];
const PEOPLE: [&str; 2] = ["ada", "eve"];

#[derive(Clone, Debug)]
enum Step {
    /// The authorization request of an app.
    Ask { browser: usize, app: usize },
    /// The callback of a login, possibly in the wrong browser, possibly repeated.
    Return { browser: usize, login: usize, person: usize },
    /// The redemption of a code, possibly by the wrong app, possibly with the wrong verifier.
    Redeem { code: usize, app: usize, verifier: usize },
    /// A browser signs out.
    Leave { browser: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let many = 0..6_usize;
    prop_oneof![
        3 => (0..2_usize, 0..2_usize).prop_map(|(browser, app)| Step::Ask { browser, app }),
        4 => (0..2_usize, many.clone(), 0..2_usize)
            .prop_map(|(browser, login, person)| Step::Return { browser, login, person }),
        5 => (many.clone(), 0..2_usize, many).prop_map(|(code, app, verifier)| Step::Redeem { code, app, verifier }),
        1 => (0..2_usize).prop_map(|browser| Step::Leave { browser }),
    ]
}

struct Login {
    browser: usize,
    request: usize,
    begun: Begun,
    over: bool,
}

struct Code {
    text: String,
    request: usize,
    person: String,
    browser: usize,
    redeemed: bool,
}

/// The model of what has happened so far.
#[derive(Default)]
struct World {
    /// The app and the verifier of each request.
    requests: Vec<(usize, String)>,
    logins: Vec<Login>,
    codes: Vec<Code>,
    /// The `sub` of the signed-in user of each browser.
    signed_in: [Option<String>; 2],
    /// Browsers that signed out after a code was issued in them.
    ended: HashSet<usize>,
}

fn verifier(number: usize) -> String {
    format!("{number:0>43}")
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

impl World {
    async fn take(&mut self, gateway: &Gateway, browsers: &[Browser; 2], step: &Step) {
        match *step {
            Step::Ask { browser, app } => self.ask(&browsers[browser], browser, app).await,
            Step::Return { browser, login, person } if !self.logins.is_empty() => {
                let login = login % self.logins.len();
                self.come_back(browsers, browser, login, PEOPLE[person]).await;
            }
            Step::Redeem { code, app, verifier } if !self.codes.is_empty() => {
                self.redeem(gateway, code % self.codes.len(), app, verifier % self.requests.len()).await;
            }
            Step::Leave { browser } => {
                browsers[browser].post("/logout").await;
                self.signed_in[browser] = None;
                let of_it = self.codes.iter().enumerate().filter(|(_, code)| code.browser == browser);
                self.ended.extend(of_it.map(|(place, _)| place));
            }
            Step::Return { .. } | Step::Redeem { .. } => {}
        }
    }

    async fn ask(&mut self, browser: &Browser, place: usize, app: usize) {
        let (request, verifier) = (self.requests.len(), verifier(self.requests.len()));
        let (id, uri) = APPS[app];
        let state = request.to_string();
        let asked = path(&[
            ("client_id", id),
            ("redirect_uri", uri),
            ("state", &state),
            ("code_challenge", &challenge(&verifier)),
        ]);
        self.requests.push((app, verifier));
        let answer = browser.get(&asked).await;
        if answer.location().starts_with(uri) {
            let person = self.signed_in[place].clone().expect("only who is signed in has a code at once");
            self.keep(&answer, request, person, place);
        } else {
            let begun = Begun::at("op", answer.location());
            self.logins.push(Login { browser: place, request, begun, over: false });
            assert_eq!(self.signed_in[place], None, "a signed-in browser gets a code at once");
        }
    }

    async fn come_back(&mut self, browsers: &[Browser; 2], browser: usize, login: usize, person: &str) {
        let known = &self.logins[login];
        let answer = browsers[browser].get(&known.begun.callback_of(person)).await;
        if known.over || known.browser != browser {
            let leads_to_an_app = answer.headers.contains_key("location") && answer.location().starts_with("https://");
            assert!(!leads_to_an_app, "{answer:?}");
            return;
        }
        let request = known.request;
        self.logins[login].over = true;
        let sub = browsers[browser].fetch("/session").await.json()["sub"].as_str().expect("a sub").to_owned();
        // A login of another user ends the sessions of the previous user in this browser.
        if self.signed_in[browser].as_ref().is_some_and(|before| *before != sub) {
            let of_it = self.codes.iter().enumerate().filter(|(_, code)| code.browser == browser);
            self.ended.extend(of_it.map(|(place, _)| place));
        }
        // Codes of the previous session are invalid now, also for the same user.
        let unredeemed = self.codes.iter().enumerate().filter(|(_, code)| code.browser == browser && !code.redeemed);
        self.ended.extend(unredeemed.map(|(place, _)| place));
        self.signed_in[browser] = Some(sub.clone());
        self.keep(&answer, request, sub, browser);
    }

    /// Checks that the code goes to the requesting app with its `state`.
    fn keep(&mut self, answer: &Answer, request: usize, person: String, browser: usize) {
        let url = answer.location();
        assert!(url.starts_with(APPS[self.requests[request].0].1), "{url}");
        assert_eq!(parameter(&url, "state"), Some(request.to_string()), "{url}");
        let text = parameter(&url, "code").expect("a code");
        self.codes.push(Code { text, request, person, browser, redeemed: false });
    }

    async fn redeem(&mut self, gateway: &Gateway, place: usize, app: usize, verifier: usize) {
        let code = &self.codes[place];
        let (id, uri) = APPS[app];
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code.text),
            ("client_id", id),
            ("redirect_uri", uri),
            ("code_verifier", &self.requests[verifier].1),
        ];
        let answer = post(gateway, "/oauth2/token", &form).await;
        let right = app == self.requests[code.request].0 && verifier == code.request;
        if right && !code.redeemed && !self.ended.contains(&place) {
            let tokens = Tokens::of(&answer);
            assert_eq!(tokens.claims()["sub"], code.person.as_str());
            assert_eq!((&tokens.claims()["client_id"], &tokens.id_claims()["aud"]), (&id.into(), &id.into()));
            self.codes[place].redeemed = true;
        } else {
            assert_eq!(answer.status, 400, "{answer:?}");
        }
    }
}

#[test]
fn every_sequence_gives_tokens_only_to_the_right_app_and_user() {
    let more = "[limits]\nfailures_before_lockout = 1000\n[clients.second]\nid_token_alg = 'ES256'\n\
                redirect_uris = ['https://second.example/cb']";
    let gateway = setup().toml(more).start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let steps = proptest::collection::vec(step(), 1..40);
    let outcome = runner.run(&steps, |steps| {
        let browsers = [gateway.browser(), gateway.browser()];
        let mut world = World::default();
        runtime.block_on(async {
            for step in &steps {
                world.take(&gateway, &browsers, step).await;
            }
        });
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
