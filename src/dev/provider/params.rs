//! The parameters of a request (RFC 6749 §3.1): a repeated parameter is an error, and an empty one is ignored.

/// Parameters in the order of the request.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

/// The name of a parameter that occurs twice, which RFC 6749 §3.1 forbids.
#[derive(Debug)]
pub(super) struct Twice(pub(super) String);

impl Params {
    /// Parses a query or a form body.
    pub(super) fn read(encoded: &[u8]) -> Result<Self, Twice> {
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if value.is_empty() {
                continue;
            }
            if read.get(&name).is_some() {
                return Err(Twice(name.into_owned()));
            }
            read.0.push((name.into_owned(), value.into_owned()));
        }
        Ok(read)
    }

    /// The value of a parameter; `None` if it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parameters with these names.
    pub(super) fn only<'p>(&'p self, names: &[&str]) -> Vec<(&'p str, &'p str)> {
        let pairs = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, _)| names.contains(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_is_refused_and_an_empty_one_ignored() {
        let params = Params::read(b"a=1&b=&c=%20x&b=2").expect("parameters");
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (Some("1"), Some("2"), Some(" x")));
        assert_eq!(Params::read(b"a=1&a=1").expect_err("twice").0, "a");
    }
}
