//! JSON pointers into what providers say (RFC 6901).

use serde_json::Value;

/// A JSON pointer to a value inside a document; never the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

/// Why a text is no pointer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPointer {
    /// It does not begin with a slash.
    #[error("does not begin with \"/\"")]
    Relative,
    /// `~` stands for nothing by itself.
    #[error("has a \"~\" that is neither \"~0\" nor \"~1\"")]
    Escape,
}

impl Pointer {
    /// Reads a pointer.
    pub fn parse(text: &str) -> Result<Self, BadPointer> {
        if !text.starts_with('/') {
            return Err(BadPointer::Relative);
        }
        if text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return Err(BadPointer::Escape);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value that it points to, if there is one that says something: `null` says nothing.
    pub fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        document.pointer(&self.0).filter(|value| !value.is_null())
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn points_as_the_standard_says() {
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
