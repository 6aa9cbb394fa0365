//! `[branding]`, and the brand of an app on pages that it led to.

use crate::support::Gateway;
use crate::support::logout_apps::encoded;

const FORM: &str = "application/x-www-form-urlencoded";

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";

/// A folder with a logo, which is removed with the value.
struct Logos(std::path::PathBuf);

impl Logos {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("vestibule-logos-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("logo.svg"), LOGO).expect("a file");
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.join("logo.svg").display().to_string()
    }
}

impl Drop for Logos {
    fn drop(&mut self) {
        let _already_gone = std::fs::remove_dir_all(&self.0);
    }
}

/// The value of an attribute after a text.
fn attribute<'a>(page: &'a str, before: &str) -> &'a str {
    let rest = page.split_once(before).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split_once('"')).map_or_else(|| panic!("{before}: {page}"), |(value, _)| value)
}

#[tokio::test]
async fn the_brand_of_the_operator_is_on_every_page() {
    let logos = Logos::new("operator");
    let gateway = Gateway::with(&format!(
        "[branding]\nname = \"Example <Ltd>\"\nlogo = '{}'\nlogo_dark = \"https://cdn.example/dark.png\"\n\
         favicon = '{0}'\naccent = \"#b00020\"\nprivacy_url = \"https://example.com/privacy\"\n\
         support_url = \"mailto:help@example.com\"\nabove = \"Use your <work> account.\"\nbelow = \"Need help?\"\n\
         powered_by = false\n",
        logos.path()
    ));
    let browser = gateway.browser();
    let page = browser.get("/login?choose=1").await;
    for shown in [
        "Example &#60;Ltd&#62;</title>",
        "alt=\"Example &#60;Ltd&#62;\"",
        "<source srcset=\"https://cdn.example/dark.png\" media=\"(prefers-color-scheme: dark)\">",
        "<a href=\"https://example.com/privacy\">Privacy</a>",
        "<a href=\"mailto:help@example.com\">Help</a>",
        "<p>Use your &#60;work&#62; account.</p>",
        "Need help?",
    ] {
        assert!(page.body.contains(shown), "{shown} is missing: {}", page.body);
    }
    assert!(!page.body.contains("Vestibule"), "{}", page.body);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("img-src 'self' https://cdn.example;"), "{policy}");
    for (before, media_type) in [("<img src=\"", "image/svg+xml"), ("<link rel=\"icon\" href=\"", "image/svg+xml")] {
        let file = browser.get(attribute(&page.body, before)).await;
        assert_eq!((file.status, file.header("content-type"), file.body.as_str()), (200, media_type, LOGO));
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(file.header("content-security-policy").contains("sandbox"), "{file:?}");
    }
    let colours = page.body.split("<link rel=\"stylesheet\" href=\"").nth(2).expect("a second stylesheet");
    let sheet = browser.get(colours.split('"').next().expect("a URL")).await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.body.contains("--accent:#b00020"), "{}", sheet.body);
    assert_eq!(browser.get("/favicon.ico").await.body, LOGO);
    assert_eq!(browser.get("/assets/brand/other.svg").await.status, 404);
    let refused = browser.get("/nothing").await;
    assert!(refused.body.contains("<img src=") && refused.body.contains("Privacy"), "{}", refused.body);
    assert!(!refused.body.contains("Need help?"), "on the login page only: {}", refused.body);
}

#[tokio::test]
async fn without_branding_a_page_loads_nothing_from_elsewhere_and_names_the_software() {
    let gateway = Gateway::start();
    let page = gateway.browser().get("/login?choose=1").await;
    assert!(page.body.contains("Powered by <bdi>Vestibule</bdi>"), "{}", page.body);
    assert!(!page.body.contains("<header>") && !page.body.contains("<picture"), "{}", page.body);
    assert!(page.header("content-security-policy").contains("img-src 'self';"), "{page:?}");
}

#[tokio::test]
async fn an_app_has_its_own_brand_on_pages_that_it_led_to() {
    let logos = Logos::new("app");
    let gateway = Gateway::with(&format!(
        "[branding]\nname = \"Example\"\nprivacy_url = \"https://example.com/privacy\"\n\
         imprint_url = \"https://example.com/imprint\"\n\
         [clients.branded]\nid_token_alg = \"ES256\"\nname = \"The shop\"\nredirect_uris = [\"https://shop.example/cb\"]\nlogo = '{}'\n\
         accent = \"#00552b\"\nprivacy_url = \"https://shop.example/privacy\"\nterms_url = \"https://shop.example/terms\"\n",
        logos.path()
    ));
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let of_app = browser.get("/logout?client_id=branded").await;
    assert!(
        of_app.body.contains("alt=\"The shop\"") && of_app.body.contains("https://shop.example/terms"),
        "{of_app:?}"
    );
    assert!(
        of_app.body.contains("https://shop.example/privacy") && of_app.body.contains("https://example.com/imprint")
    );
    assert!(!of_app.body.contains("https://example.com/privacy"), "{}", of_app.body);
    let own = browser.get("/logout").await;
    assert!(!own.body.contains("shop.example") && own.body.contains("https://example.com/privacy"), "{}", own.body);
    let sheet = |body: &str| body.split("<link rel=\"stylesheet\" href=\"").nth(2).map(|rest| rest[..40].to_owned());
    assert_ne!(sheet(&of_app.body), sheet(&own.body));
}

#[tokio::test]
async fn the_language_of_a_page_follows_the_request() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let ask = async |path: &str, accepted: &str| {
        let page = browser.ask("GET", path).header("accept-language", accepted).send().await;
        assert_eq!(page.header("vary"), "Accept-Language, Cookie", "{page:?}");
        page
    };
    for (path, accepted, language, dir, title) in [
        ("/login?choose=1", "de-AT,de;q=0.9,en;q=0.8", "de", "ltr", "Anmelden"),
        ("/login?choose=1", "it, ja;q=0.5", "ja", "ltr", "\u{30ed}\u{30b0}\u{30a4}\u{30f3}"),
        ("/login?choose=1&ui_locales=ar%20en", "de", "ar", "rtl", "\u{62a}\u{633}\u{62c}\u{64a}\u{644}"),
        ("/login?choose=1&ui_locales=xx", "it", "en", "ltr", "Sign in"),
        ("/nothing", "fr", "fr", "ltr", "n\u{2019}existe pas"),
    ] {
        let page = ask(path, accepted).await;
        assert_eq!(page.header("content-language"), language, "{path} {accepted}");
        assert!(page.body.contains(&format!("<html lang=\"{language}\" dir=\"{dir}\">")), "{}", page.body);
        assert!(page.body.contains(title), "{}", page.body);
    }
    let problem = browser.ask("GET", "/session").header("accept-language", "de").send().await;
    assert_eq!(problem.json()["title"], "Not signed in", "{problem:?}");
}

/// The menu needs no script: a form sets a cookie, and leads back to the page.
#[tokio::test]
async fn the_menu_remembers_the_language() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let page = browser.get("/login?choose=1&ui_locales=fr").await;
    assert!(page.body.contains("action=\"/language\"") && page.body.contains(">Deutsch</button>"), "{}", page.body);
    let return_to = attribute(&page.body, "name=\"return_to\" value=\"").replace("&#38;", "&");
    assert_eq!(return_to, "/login?choose=1&ui_locales=fr");
    let choose = async |language: &str, return_to: &str| {
        let form = [("language", language), ("return_to", return_to)];
        browser.ask("POST", "/language").header("sec-fetch-site", "same-origin").body(FORM, encoded(&form)).send().await
    };
    let chosen = choose("de", &return_to).await;
    assert_eq!((chosen.status, chosen.location()), (303, "/login?choose=1&ui_locales=de".to_owned()));
    assert_eq!(browser.get("/login?choose=1").await.header("content-language"), "de", "by the cookie");
    assert_eq!(browser.get("/login?choose=1&ui_locales=ja").await.header("content-language"), "ja");
    for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        assert_eq!(choose("de", elsewhere).await.location(), "/account", "{elsewhere}");
    }
    assert_eq!(choose("xx", "/login").await.status, 400);
    let cross = browser
        .ask("POST", "/language")
        .header("sec-fetch-site", "cross-site")
        .body(FORM, encoded(&[("language", "fr")]));
    assert_eq!(cross.send().await.status, 403);
    let callback = browser.get("/callback/op?code=secret-code&state=s").await;
    assert!(!callback.body.contains("secret-code") && !callback.body.contains("/language"), "{}", callback.body);
}
