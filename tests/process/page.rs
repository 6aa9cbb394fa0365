//! A page and its forms.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use url::Url;

pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// A form: its action and its hidden fields.
pub struct Form {
    pub action: Url,
    pub fields: Vec<(String, String)>,
}

impl Page {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in the answer of {self}"))
    }

    /// The URL of a redirect.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get("location")?.to_str().expect("text");
        Some(self.url.join(location).expect("a URL"))
    }

    /// The first form, with its hidden fields.
    pub fn form(&self) -> Option<Form> {
        let start = self.body.find("<form")?;
        let text = &self.body[start..start + self.body[start..].find("</form>")?];
        let action = attribute(text, "action").unwrap_or_default();
        let hidden = text.split("<input").skip(1).filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let fields = hidden.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)));
        Some(Form { action: self.url.join(&action).expect("a URL"), fields: fields.collect() })
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}):\n{}", self.url, self.status, self.body)
    }
}

/// The value of an attribute of the first tag in the text.
fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = &text[..text.find('>')?];
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let decoded = [("&quot;", "\""), ("&#34;", "\""), ("&#38;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    Some(decoded.iter().fold(value.to_owned(), |text, (entity, plain)| text.replace(entity, plain)))
}
