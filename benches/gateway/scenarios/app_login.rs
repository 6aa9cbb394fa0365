//! The login of an app: `GET /oauth2/authorize` to the provider, the callback to the code, the code to the tokens. First
//! the callback alone, then all three requests.

use std::cell::RefCell;
use std::rc::Rc;

use super::authorize::{authorization_path, redemption_form};
use super::complete::{Complete, Ready, before_callbacks, statements, statements_only, tag, way_back};
use super::scenario::{Limit, Prepare, Scenario, expect};
use crate::client::{Reply, header};
use crate::load::{self, Caller};
use crate::stage::{SESSIONS, Stage};

/// The callback: the claim, and one statement for the login and the code.
pub fn app_callback(_: &Stage, connections: usize) -> Scenario {
    let ready = Ready::default();
    let caller = |_| Box::new(Complete { ready: Rc::clone(&ready), status: 302 }) as Box<dyn Caller>;
    let tag = tag("app", connections);
    let limit = Limit::Sql("the browser flow's two statements", statements(&tag));
    let prepared = before_callbacks(Rc::clone(&ready), connections, app_request, Some(tag));
    Scenario {
        name: "an app's callback to its code",
        goal: 0.42,
        limits: vec![limit],
        callers: (0..connections).map(caller).collect(),
        prepare: Some(prepared),
    }
}

/// The whole login, three requests.
pub fn app_login(_: &Stage, connections: usize) -> Scenario {
    let next = Rc::new(RefCell::new(0));
    let caller = |_| Box::new(AppLogin { step: Step::Authorize, next: Rc::clone(&next) }) as Box<dyn Caller>;
    let tag = tag("app-login", connections);
    let limit = Limit::Sql("the browser flow's two statements", statements(&tag));
    let prepare: Prepare = statements_only(tag, connections);
    Scenario {
        name: "an app's login, each of its three requests",
        goal: 0.42,
        limits: vec![limit],
        callers: (0..connections).map(caller).collect(),
        prepare: Some(prepare),
    }
}

fn app_request() -> Vec<u8> {
    load::get(&authorization_path(), "")
}

/// The next request of a login.
enum Step {
    Authorize,
    Callback(Vec<u8>),
    Redeem(String),
}

struct AppLogin {
    step: Step,
    next: Rc<RefCell<u64>>,
}

impl Caller for AppLogin {
    fn ask(&mut self, request: &mut Vec<u8>) -> bool {
        match &self.step {
            Step::Authorize => request.extend(app_request()),
            Step::Callback(callback) => request.extend_from_slice(callback),
            Step::Redeem(code) => request.extend(load::post("/oauth2/token", "", &redemption_form(code))),
        }
        true
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), String> {
        self.step = match &self.step {
            Step::Authorize => {
                expect(reply, 302)?;
                let mut next = self.next.borrow_mut();
                *next += 1;
                Step::Callback(way_back(reply.head, *next % (SESSIONS / 2)))
            }
            Step::Callback(_) => {
                expect(reply, 302)?;
                Step::Redeem(code_in(reply)?)
            }
            Step::Redeem(_) => {
                expect(reply, 200)?;
                Step::Authorize
            }
        };
        Ok(())
    }
}

/// The code in the redirect to the app.
pub fn code_in(reply: &Reply<'_>) -> Result<String, String> {
    let location = header(reply.head, "location").unwrap_or_default();
    let (_, rest) = location.split_once("?code=").ok_or_else(|| format!("no code in {location}"))?;
    Ok(rest.split('&').next().unwrap_or_default().to_owned())
}
