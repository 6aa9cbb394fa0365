//! The forms of `GET /account` count for the session that the page was shown to.

use crate::support::person::{Person, sign_in, two_providers};
use crate::support::{Answer, Browser};

/// The forms of the account page, and of the pages that ask before sessions end: address and body.
async fn all_forms(browser: &Browser) -> Vec<(String, String)> {
    let page = browser.get("/account").await;
    let questions = page.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let questions: Vec<_> = questions.filter(|path| path.contains("/end")).map(str::to_owned).collect();
    let mut found = forms(&page);
    for question in questions {
        found.extend(forms(&browser.get(&question).await));
    }
    found
}

/// The forms of a page: address and body.
fn forms(page: &Answer) -> Vec<(String, String)> {
    let forms = page.body.split("<form method=\"post\" action=\"").skip(1).filter_map(|form| {
        let (action, rest) = form.split_once('"')?;
        let value = rest.split("</form>").next()?.split_once("name=\"shown_to\" value=\"")?.1.split('"').next()?;
        Some((action.to_owned(), format!("shown_to={value}")))
    });
    forms.collect()
}

async fn press(browser: &Browser, (path, body): &(String, String)) -> Answer {
    let ask = browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", body.clone()).send().await
}

/// AC-07: Ada's page stands in a tab, and Bob signs in in another one. Ada's buttons do nothing to Bob's account.
#[tokio::test]
async fn a_form_that_was_shown_to_another_session_changes_nothing() {
    let (gateway, _other) = two_providers("");
    let (ada, bob) = (Person::at(&gateway, "op", "ada").await, Person::at(&gateway, "op", "bob").await);
    assert_eq!(bob.link("other", "robert").await.status, 303);
    let beside = Person::at(&gateway, "op", "bob").await;
    let also_ada = Person::at(&gateway, "op", "ada").await;
    let adas = all_forms(&ada.browser).await;
    let bobs = all_forms(&bob.browser).await;
    let is_at = |(path, _): &&(String, String), part: &str| path.contains(part);
    let link = adas.iter().find(|form| is_at(form, "/link")).expect("a form to link").clone();
    let end = adas.iter().find(|form| is_at(form, "/end")).expect("a form to end").clone();
    let others = adas.iter().find(|form| is_at(form, "end-others")).expect("a form to end others").clone();
    let keep = format!("/account/identities/{}/keep", bob.identity_at("other").await);
    assert!(adas.iter().chain(&bobs).all(|(path, _)| path.starts_with("/account/")), "{adas:?}");

    // Bob signs in in Ada's browser.
    sign_in(&ada.browser, "op", "bob").await;
    for form in [&link, &end, &others, &(keep, others.1.clone()), &(others.0.clone(), "shown_to=x".into())] {
        assert_eq!(press(&ada.browser, form).await.location(), "/account", "{form:?}");
    }
    assert_eq!(bob.identities().await, ["op/bob", "other/robert"]);
    for person in [&bob, &beside, &also_ada] {
        assert_eq!(person.browser.fetch("/session").await.status, 200);
    }
    // The forms of his own page work.
    let own = all_forms(&ada.browser).await;
    let others = own.iter().find(|form| is_at(form, "end-others")).expect("a form to end others");
    assert_eq!(press(&ada.browser, others).await.location(), "/account?done=others");
    assert_eq!((bob.browser.fetch("/session").await.status, beside.browser.fetch("/session").await.status), (401, 401));
}
