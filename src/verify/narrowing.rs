//! The conditions that the query of `/verify` adds for one location of a proxy. They only narrow: the rules hold as well.

use crate::session::Session;

/// The conditions of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    groups: Vec<String>,
    provider: Option<String>,
}

/// A parameter that would allow everyone, if the operator meant to allow a few.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadNarrowing {
    /// `groups` has no name, or an empty one.
    #[error("groups is empty")]
    Groups,
    /// `provider` names no provider of the configuration.
    #[error("provider is unknown")]
    Provider,
}

impl Narrowing {
    /// Reads the values of `groups` and `provider`. An empty one is refused: it is likely a variable that was not set.
    pub fn parse(
        groups: Option<&str>,
        provider: Option<&str>,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Self, BadNarrowing> {
        let groups: Vec<String> = groups.into_iter().flat_map(|list| list.split(',')).map(str::to_owned).collect();
        if groups.iter().any(|group| group.trim().is_empty()) {
            return Err(BadNarrowing::Groups);
        }
        match provider {
            Some(provider) if !is_known(provider) => Err(BadNarrowing::Provider),
            provider => Ok(Self { groups, provider: provider.map(str::to_owned) }),
        }
    }

    /// Whether there is no condition.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.provider.is_none()
    }

    /// The condition that fails, for the log.
    pub(super) fn refusal(&self, session: &Session, groups: &[String]) -> Option<&'static str> {
        if self.provider.as_ref().is_some_and(|provider| *provider != session.provider) {
            Some("provider in the query does not hold: the session is of another provider")
        } else if !self.groups.is_empty() && !self.groups.iter().any(|group| groups.contains(group)) {
            Some("groups in the query does not hold: none of them is among the person's groups")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_or_unknown_condition_is_refused() {
        let parse = |groups, provider| Narrowing::parse(groups, provider, |id| id == "corp");
        assert_eq!(parse(None, None), Ok(Narrowing::default()));
        for bad in ["", ",", "a,", ",a", "a,,b", " ", "a, "] {
            assert_eq!(parse(Some(bad), None), Err(BadNarrowing::Groups), "{bad:?}");
        }
        assert_eq!(parse(None, Some("other")), Err(BadNarrowing::Provider));
        assert_eq!(parse(None, Some("")), Err(BadNarrowing::Provider));
        let both = parse(Some("a,b c"), Some("corp")).expect("good");
        assert_eq!(both.groups, ["a", "b c"]);
        assert!(!both.is_empty());
    }
}
