//! JSON pointers (RFC 6901) into the responses of providers.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::local::{Local, parses_itself};

/// A JSON pointer to a value inside a document, not to the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

/// The remedy for a text that is not a pointer.
pub(crate) const POINTER_REMEDY: &str = "write a JSON pointer (RFC 6901), as \"/email\" or \"/data/id\"";

/// Why a text is not a pointer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPointer {
    /// It does not start with a slash.
    #[error("does not start with \"/\"")]
    Relative,
    /// A `~` is not followed by `0` or `1`.
    #[error("has a \"~\" that is neither \"~0\" nor \"~1\"")]
    Escape,
}

impl Pointer {
    /// Parses a pointer: `/` and a key or an index for each step.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        if !text.starts_with('/') {
            return Err(BadPointer::Relative);
        }
        if text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return Err(BadPointer::Escape);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value that it points to; `None` if there is none, or `null`.
    pub fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        document.pointer(&self.0).filter(|value| !value.is_null())
    }

    /// The member of the document that the pointer leads into.
    pub fn first_key(&self) -> String {
        self.keys().next().unwrap_or_default()
    }

    /// Copies the value that it points to, at the same place; below a list the whole list. Other members of `copy` stay.
    pub fn copy(&self, document: &Value, copy: &mut Map<String, Value>) {
        let (mut from, mut to, mut keys) = (document, copy, self.keys().peekable());
        while let Some(key) = keys.next() {
            let Some(value) = from.get(&key) else { return };
            if keys.peek().is_none() || !value.is_object() {
                to.insert(key, value.clone());
                return;
            }
            let inner = to.entry(key).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(members) = inner else { return };
            (from, to) = (value, members);
        }
    }

    fn keys(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"))
    }

    /// The text of the pointer.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Local for Pointer {
    const NAME: &'static str = "pointer";
    type Bad = BadPointer;

    fn read(text: &str) -> Result<Self, BadPointer> {
        Self::parse(text)
    }

    fn remedy(_: &BadPointer) -> Cow<'static, str> {
        POINTER_REMEDY.into()
    }
}
parses_itself!(Pointer);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_are_resolved_as_in_rfc_6901() {
        let document = json!({"a": {"b/c": [{"d~": 1}]}, "": 2, "n": null});
        let found = |text: &str| Pointer::parse(text).expect("a pointer").find(&document).cloned();
        assert_eq!(found("/a/b~1c/0/d~0"), Some(json!(1)));
        assert_eq!(found("/"), Some(json!(2)));
        assert_eq!((found("/a/b~1c/1"), found("/n"), found("/a/x")), (None, None, None));
        for bad in ["", "a", "/a~", "/~2"] {
            assert!(Pointer::parse(bad).is_err(), "{bad}");
        }
    }
}
