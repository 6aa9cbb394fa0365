//! What somebody signs in with, as far as the `User-Agent` tells. For people to recognise their devices by; no decision
//! rests on it, since anybody may send anything.
//!
//! `ua-parser` with the patterns of uap-core, and not `woothee`: both read today's browsers, but woothee's knowledge
//! ended in 2021, while these are kept up (`scripts/update-user-agents`). Compiling the patterns takes some 40 ms and
//! 11 MB, so it is done at the first login and not at the start, on the thread that also waits for the database. (Only
//! `vestibule dev`, which is seldom optimised, does it at the start.) After that a login pays a few microseconds. The
//! regular expressions run in linear time, and what they read is bounded.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use ua_parser::{os, user_agent};

/// The longest `User-Agent` that is looked at, in characters.
const MAX_READ: usize = 512;
/// The longest name and version that is kept, in characters.
const MAX_KEPT: usize = 64;

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(Patterns::compile);

/// A device, as people are shown it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    /// What sort of thing it is.
    pub r#type: Option<String>,
    /// The operating system's name.
    pub os: Option<String>,
    /// Its version. Browsers freeze some: Windows 11 says 10, and every newer macOS says 10.15.7.
    pub os_version: Option<String>,
    /// The browser's name.
    pub browser: Option<String>,
    /// Its version, without zeros at the end.
    pub browser_version: Option<String>,
}

impl Device {
    /// Reads a `User-Agent`. The first call compiles the patterns, so it is made on a blocking thread.
    pub fn of(user_agent: Option<&str>) -> Self {
        let Some(text) = user_agent.filter(|text| !text.is_empty()) else { return Self::default() };
        let text = first(text, MAX_READ);
        let Some(patterns) = PATTERNS.as_ref() else { return Self::default() };
        let browser = patterns.browsers.extract(text);
        let os = patterns.systems.extract(text);
        let sort = sort(text, browser.as_ref().map(|found| &*found.family), os.as_ref().map(|found| &*found.os));
        let (browser, browser_version) = browser.map_or((None, None), |found| {
            (kept(&found.family), version(&[found.major, found.minor, found.patch, found.patch_minor]))
        });
        let (os, os_version) = os.map_or((None, None), |found| {
            let parts = [&found.major, &found.minor, &found.patch, &found.patch_minor].map(Option::as_deref);
            (kept(&found.os), version(&parts))
        });
        Self { r#type: Some(sort.to_owned()), os, os_version, browser, browser_version }
    }
}

struct Patterns {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

impl Patterns {
    /// A test compiles them too, so that none ever fails here.
    fn compile() -> Option<Self> {
        #[derive(Deserialize)]
        struct Lists {
            user_agent_parsers: Vec<user_agent::Parser<'static>>,
            os_parsers: Vec<os::Parser<'static>>,
        }
        let lists: Lists = serde_json::from_str(include_str!("user_agents.json")).ok()?;
        let browsers = user_agent::Builder::new().push_all(lists.user_agent_parsers).ok()?.build().ok()?;
        let systems = os::Builder::new().push_all(lists.os_parsers).ok()?.build().ok()?;
        Some(Self { browsers, systems })
    }
}

/// `desktop`, `mobile`, `tablet`, `bot` or `other`.
fn sort(text: &str, browser: Option<&str>, os: Option<&str>) -> &'static str {
    const DESKTOPS: [&str; 12] = [
        "Windows",
        "Mac OS X",
        "Linux",
        "Chrome OS",
        "Ubuntu",
        "Fedora",
        "Debian",
        "FreeBSD",
        "OpenBSD",
        "NetBSD",
        "Solaris",
        "Red Hat",
    ];
    let browser = browser.unwrap_or_default().to_ascii_lowercase();
    let has = |mark: &str| text.contains(mark);
    if ["bot", "spider", "crawl"].iter().any(|mark| browser.contains(mark)) {
        return "bot";
    }
    // Android without `Mobile` is a tablet, as its makers lay down.
    if has("iPad") || has("Tablet") || has("Kindle") || (has("Android") && !has("Mobi") && !has("TV")) {
        "tablet"
    } else if has("Mobi") || has("iPhone") || has("iPod") {
        "mobile"
    } else if os.is_some_and(|os| DESKTOPS.contains(&os)) {
        "desktop"
    } else {
        "other"
    }
}

fn version(parts: &[Option<&str>]) -> Option<String> {
    let mut parts: Vec<&str> = parts.iter().map_while(|part| part.filter(|text| !text.is_empty())).collect();
    while parts.len() > 1 && parts.last() == Some(&"0") {
        parts.pop();
    }
    kept(&parts.join("."))
}

fn kept(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| first(text, MAX_KEPT).to_owned())
}

fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(user_agent: &str) -> String {
        let device = Device::of(Some(user_agent));
        let shown = [device.r#type, device.os, device.os_version, device.browser, device.browser_version];
        shown.map(|text| text.unwrap_or_else(|| "?".into())).join(" · ")
    }

    #[test]
    fn current_browsers_are_told_apart() {
        const ENGINE: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, device) in [
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {ENGINE} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"),
                "desktop · Windows · 10 · Edge · 141",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1".into(),
                "mobile · iOS · 18.6 · Mobile Safari · 18.6",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Mobile/15E148 Safari/604.1".into(),
                "tablet · iOS · 16.1 · Mobile Safari · 16.1",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15".into(),
                "desktop · Mac OS X · 10.15.7 · Safari · 18.1",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0".into(),
                "desktop · Linux · ? · Firefox · 144",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 14; SM-X710) {ENGINE} Chrome/141.0.0.0 Safari/537.36"),
                "tablet · Android · 14 · Chrome · 141",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {ENGINE} Chrome/141.0.0.0 Mobile Safari/537.36"),
                "mobile · Android · 9 · Chrome Mobile · 141",
            ),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)".into(), "bot · ? · ? · Googlebot · 2.1"),
            ("curl/8.5.0".into(), "other · ? · ? · curl · 8.5"),
            ("-".into(), "other · ? · ? · ? · ?"),
        ] {
            assert_eq!(read(&user_agent), device, "{user_agent}");
        }
        assert_eq!(Device::of(None), Device::default());
        assert_eq!(Device::of(Some("")), Device::default());
    }

    /// IN-08: what is not looked at costs nothing, and what is kept is short.
    #[test]
    fn a_hostile_user_agent_is_bounded() {
        let padded = format!("{}iPhone", "é ".repeat(256));
        assert_eq!(read(&padded), "other · ? · ? · ? · ?");
        let wordy = format!("curl/{}", "1".repeat(100_000));
        let device = Device::of(Some(&wordy));
        assert!(device.browser_version.is_none_or(|version| version.len() <= MAX_KEPT));
        let everything = "(Linux; Android; iPhone Windows Chrome/1 Safari/1 Bot ; / ".repeat(1000);
        assert!(Device::of(Some(&everything)).r#type.is_some());
    }
}
