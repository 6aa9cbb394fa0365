//! The links and forms of a page.

use super::answer::Answer;
use super::browser::{Ask, Browser};

/// A form of a page.
#[derive(Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Answer {
    /// The address behind the link with that text, as a browser reads it; `None` if there is none.
    pub fn find_link(&self, text: &str) -> Option<String> {
        let links = self.body.split("<a ").skip(1).filter_map(|rest| rest.split_once("</a>"));
        let found =
            links.map(|(link, _)| link).find(|link| plain(link.split_once('>').unwrap_or_default().1) == text)?;
        attribute(link_tag(found), "href")
    }

    /// The same; fails if there is none.
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        self.find_link(text).unwrap_or_else(|| panic!("no link \"{text}\" in {}", self.body))
    }

    /// The form whose button has that text.
    #[track_caller]
    pub fn form(&self, button: &str) -> Form {
        let forms = self.body.split("<form ").skip(1).filter_map(|rest| rest.split_once("</form>"));
        let has_button = |form: &&str| plain(form.split_once('>').unwrap_or_default().1).contains(button);
        let form = forms.map(|(form, _)| form).find(has_button);
        let form = form.unwrap_or_else(|| panic!("no button \"{button}\" in {}", self.body));
        let inputs = form.split("<input ").skip(1).filter(|tag| tag.starts_with("type=\"hidden\""));
        let fields =
            inputs.filter_map(|tag| Some((attribute(link_tag(tag), "name")?, attribute(link_tag(tag), "value")?)));
        Form { action: attribute(link_tag(form), "action").unwrap_or_default(), fields: fields.collect() }
    }

    /// The text of the page, without markup.
    pub fn text(&self) -> String {
        plain(self.body.split_once("<main>").map_or(self.body.as_str(), |(_, main)| main))
    }
}

impl Form {
    /// The value of a hidden field.
    #[track_caller]
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("no field {name} in {self:?}"), |(_, value)| value.as_str())
    }

    /// The request of a browser that presses a button of it, with the button's own value.
    pub fn press(&self, browser: &Browser, button: Option<(&str, &str)>) -> Ask {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&self.fields).extend_pairs(button);
        let ask = browser.ask("POST", &self.action).header("sec-fetch-site", "same-origin");
        ask.body("application/x-www-form-urlencoded", body.finish())
    }
}

/// The text up to the end of a tag.
fn link_tag(text: &str) -> &str {
    text.split_once('>').map_or(text, |(tag, _)| tag)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = format!(" {tag}").split_once(&format!(" {name}=\"")).map(|(_, rest)| rest.to_owned())?;
    Some(decoded(rest.split_once('"')?.0))
}

/// Markup removed, entities decoded, white space joined.
fn plain(markup: &str) -> String {
    let text: String = markup
        .split('<')
        .enumerate()
        .map(|(index, part)| match part.split_once('>') {
            Some((_, text)) if index > 0 => text,
            _ => part,
        })
        .collect();
    decoded(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decoded(text: &str) -> String {
    // `&#38;` last: what it decodes to is not an entity.
    let entities = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&amp;", "&"),
        ("&#38;", "&"),
    ];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}
