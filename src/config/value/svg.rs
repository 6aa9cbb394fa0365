//! SVG files of operators. Browsers run no script of an SVG file that is in a page by `img`, and the gateway serves the files under a
//! policy without scripts; so this check only finds mistakes early.

/// Beginnings of markup that a picture does not need.
const REFUSED: [(&str, &str); 5] = [
    ("<script", "contains a script"),
    ("<foreignobject", "contains other documents"),
    ("<iframe", "contains other documents"),
    ("<!entity", "defines entities"),
    ("@import", "refers to another file"),
];

/// The reason why a text is not a picture without scripts and without references to other files, as a phrase; `None` if it is one.
pub fn svg_problem(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    if !lower.contains("<svg") {
        return Some("is not an SVG picture");
    }
    REFUSED
        .iter()
        .find_map(|(markup, problem)| lower.contains(markup).then_some(*problem))
        .or_else(|| attributes(&lower).find_map(|(name, value)| attribute_problem(name, value)))
        .or_else(|| lower.split("url(").skip(1).any(is_elsewhere).then_some("refers to another file"))
}

/// The name before each `=`, and the text after it.
fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices('=').filter_map(|(at, _)| {
        let before = text.get(..at)?.trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-').map_or(0, |end| end + 1);
        // The character before may be longer than one byte; then the name is not in ASCII, and no attribute of HTML or SVG.
        Some((before.get(start..)?, text.get(at + 1..)?))
    })
}

fn attribute_problem(name: &str, value: &str) -> Option<&'static str> {
    let is_reference = name == "href" || name == "src" || name.ends_with(":href");
    let is_handler = name.len() > 2 && name.starts_with("on") && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_handler {
        return Some("contains a script");
    }
    (is_reference && is_elsewhere(value)).then_some("refers to another file")
}

/// Whether a reference leads out of the file.
fn is_elsewhere(value: &str) -> bool {
    let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
    !value.starts_with('#') && !value.starts_with("data:image/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_with_scripts_and_references_are_refused() {
        let with =
            |inner: &str| format!("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>");
        for good in [
            "<path d=\"M0 0\"/>",
            "<title>on = off</title>",
            "<use href=\"#a\" xlink:href='#b'/>",
            "<path fill=\"url(#g)\" style=\"mask:url('#m')\"/>",
            "<image href=\"data:image/png;base64,AAAA\"/>",
        ] {
            assert_eq!(svg_problem(&with(good)), None, "{good}");
        }
        for bad in [
            "<script>x()</script>",
            "<SCRIPT href='#x'/>",
            "<path onload=\"x()\"/>",
            "<path\nonClick = 'x()'/>",
            "<a href=\"javascript:x()\"/>",
            "<a xlink:href=\" https://evil.example\"/>",
            "<image href=\"/logo.png\"/>",
            "<image href=\"data:text/html,x\"/>",
            "<style>@import 'x'</style>",
            "<path fill=\"url(https://evil.example/a#b)\"/>",
            "<foreignObject/>",
            "ä=<path ä=1 onload=x>",
        ] {
            assert!(svg_problem(&with(bad)).is_some(), "{bad}");
        }
        assert!(svg_problem("<html></html>").is_some());
    }
}
