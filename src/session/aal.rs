//! The authentication assurance level of a session, after NIST SP 800-63B, from `acr` and `amr` (RFC 8176).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config;

/// The assurance level, in the order of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Aal {
    /// At least one factor, or an authentication that names no method.
    Aal1,
    /// Two factors of different kinds: knowledge, possession, physical property.
    Aal2,
    /// Two different factors, one of them in hardware; only by the configuration of a provider.
    Aal3,
}

/// Members of `amr` that prove knowledge.
const KNOWN: [&str; 2] = ["pwd", "pin"];
/// Members of `amr` that prove possession.
const HELD: [&str; 4] = ["otp", "sms", "hwk", "swk"];
/// Members of `amr` that prove a physical property.
const BEING: [&str; 2] = ["face", "fpt"];
/// The `acr` of an authentication that has no assurance (OpenID Connect Core §2).
const NO_ASSURANCE: &str = "0";

impl Aal {
    /// The level of a login; `None` if the provider sent neither `acr` nor `amr`. `mapped` are the values of
    /// `providers.<id>.aal`: if the provider sent some of them, the highest of these counts.
    pub fn of(acr: Option<&str>, amr: Option<&[String]>, mapped: &[(String, config::Aal)]) -> Option<Self> {
        let methods = amr.unwrap_or_default();
        let is_said = |value: &str| acr == Some(value) || methods.iter().any(|method| method == value);
        let configured = mapped.iter().filter(|(value, _)| is_said(value)).map(|(_, level)| Self::from(*level)).max();
        configured.or_else(|| Self::built_in(acr, methods))
    }

    fn built_in(acr: Option<&str>, methods: &[String]) -> Option<Self> {
        let has_one_of = |group: &[&str]| methods.iter().any(|method| group.contains(&method.as_str()));
        let factors = [has_one_of(&KNOWN), has_one_of(&HELD), has_one_of(&BEING)];
        if has_one_of(&["mfa"]) || factors.into_iter().filter(|has| *has).count() >= 2 {
            return Some(Self::Aal2);
        }
        let is_said = !methods.is_empty() || acr.is_some_and(|acr| acr != NO_ASSURANCE);
        is_said.then_some(Self::Aal1)
    }

    /// The value of the column.
    pub fn as_number(self) -> i16 {
        match self {
            Self::Aal1 => 1,
            Self::Aal2 => 2,
            Self::Aal3 => 3,
        }
    }

    /// The level in the column; `None` for a number that is none.
    pub fn of_number(number: i16) -> Option<Self> {
        [Self::Aal1, Self::Aal2, Self::Aal3].into_iter().find(|level| level.as_number() == number)
    }
}

impl From<config::Aal> for Aal {
    fn from(level: config::Aal) -> Self {
        match level {
            config::Aal::Aal1 => Self::Aal1,
            config::Aal::Aal2 => Self::Aal2,
            config::Aal::Aal3 => Self::Aal3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(acr: Option<&str>, amr: &[&str], mapped: &[(&str, config::Aal)]) -> Option<Aal> {
        let amr: Vec<_> = amr.iter().map(ToString::to_string).collect();
        let mapped: Vec<_> = mapped.iter().map(|(value, level)| ((*value).to_owned(), *level)).collect();
        Aal::of(acr, Some(&amr).filter(|amr| !amr.is_empty()).map(Vec::as_slice), &mapped)
    }

    #[test]
    fn two_kinds_of_factors_are_aal2() {
        for (acr, amr, expected) in [
            (None, &[][..], None),
            (Some("0"), &[], None),
            (Some("0"), &["pwd"], Some(Aal::Aal1)),
            (Some("urn:mace:incommon:iap:silver"), &[], Some(Aal::Aal1)),
            (None, &["pwd"], Some(Aal::Aal1)),
            (None, &["unheard-of"], Some(Aal::Aal1)),
            (None, &["pwd", "pin"], Some(Aal::Aal1)),
            (None, &["otp", "sms", "hwk", "swk"], Some(Aal::Aal1)),
            (None, &["face", "fpt"], Some(Aal::Aal1)),
            (None, &["mfa"], Some(Aal::Aal2)),
            (Some("0"), &["mfa"], Some(Aal::Aal2)),
            (None, &["pwd", "otp"], Some(Aal::Aal2)),
            (None, &["pin", "hwk"], Some(Aal::Aal2)),
            (None, &["swk", "fpt"], Some(Aal::Aal2)),
            (None, &["face", "pwd", "x"], Some(Aal::Aal2)),
        ] {
            assert_eq!(of(acr, amr, &[]), expected, "{acr:?} {amr:?}");
        }
    }

    #[test]
    fn the_configuration_of_a_provider_goes_first() {
        let mapped = [("gold", config::Aal::Aal3), ("mfa", config::Aal::Aal1), ("0", config::Aal::Aal2)];
        assert_eq!(of(Some("gold"), &[], &mapped), Some(Aal::Aal3));
        assert_eq!(of(Some("gold"), &["mfa"], &mapped), Some(Aal::Aal3));
        assert_eq!(of(None, &["mfa", "pwd", "otp"], &mapped), Some(Aal::Aal1));
        assert_eq!(of(Some("0"), &[], &mapped), Some(Aal::Aal2));
        assert_eq!(of(Some("silver"), &["pwd", "otp"], &mapped), Some(Aal::Aal2));
    }

    #[test]
    fn the_column_holds_every_level() {
        for level in [Aal::Aal1, Aal::Aal2, Aal::Aal3] {
            assert_eq!(Aal::of_number(level.as_number()), Some(level));
        }
        assert_eq!(Aal::of_number(0), None);
    }
}
