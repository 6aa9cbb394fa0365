//! Describes the device of a login by its `User-Agent`, so that people recognise their devices in a list. No decision
//! depends on it, since a client can send any value.
//!
//! `ua-parser` with the patterns of uap-core instead of `woothee`: both recognise today's browsers, but the last release
//! of woothee is of 2021, while these patterns are maintained (`scripts/update-user-agents`). Compiling them takes about
//! 40 ms and 11 MB, so it happens at the first login, on a database thread, and not at the start. (Only `vestibule dev`,
//! which is rarely built with optimisation, does it at the start.) Afterwards a login costs a few microseconds. The
//! regular expressions run in linear time on a bounded input.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ua_parser::{os, user_agent};

/// The part of a `User-Agent` that is parsed, in characters.
const MAX_READ: usize = 512;
/// The maximum length of a stored name or version, in characters.
const MAX_KEPT: usize = 64;

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(Patterns::compile);

/// A device as shown in lists of sessions, from the user agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Device {
    /// The category of the device.
    #[schemars(with = "String", extend("enum" = ["desktop", "mobile", "tablet", "bot", "other"]))]
    pub r#type: Option<String>,
    /// The name of the operating system.
    pub os: Option<String>,
    /// The version of the operating system. Browsers freeze some: Windows 11 reports 10, every newer macOS 10.15.7.
    pub os_version: Option<String>,
    /// The name of the browser.
    pub browser: Option<String>,
    /// The version of the browser, without trailing zeros.
    pub browser_version: Option<String>,
}

impl Device {
    /// Parses a `User-Agent`. The first call compiles the patterns, so call it on a blocking thread.
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
    /// A test compiles the patterns too, so compiling cannot fail here.
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
    // Android without `Mobile` is a tablet, by the convention of Android's browser.
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

    /// IN-08: the rest of a long header is not parsed, and the stored values are short.
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
