//! The claim values that a login dropped, cut or changed, as counts. They contain no value, so they may be logged.

use std::fmt;

use serde_json::Value;

/// The losses of one login, at most one for each claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimLosses(Vec<ClaimLoss>);

/// The losses of one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimLoss {
    /// The name of the claim.
    pub claim: &'static str,
    /// How many values the provider sent.
    pub sent: usize,
    /// How many were left out: of the wrong type, too long, or with characters that are not allowed.
    pub dropped: usize,
    /// How many were left out since there were too many; for a string, 1 if it was shortened.
    pub cut: usize,
    /// How many are used in another form, as without the spaces around them.
    pub changed: usize,
    /// The cause and the remedy, for the log, if a remedy is known.
    pub remedy: Option<&'static str>,
}

/// The explanation for a response with a reference instead of the groups.
pub const GROUPS_ELSEWHERE: &str = "the provider sent a reference (_claim_names) instead of the groups, because the user is \
                                    in too many groups; configure the provider to send only the groups that are assigned \
                                    to this application";

/// Whether the claims of a source have a reference to the groups instead of them (OpenID Connect Core §5.6.2).
pub fn refers_to_groups(claims: &Value) -> bool {
    let is_referred = claims.get("_claim_names").and_then(|names| names.get("groups")).is_some();
    is_referred || claims.get("hasgroups").is_some_and(|has| has == true || has == "true")
}

impl ClaimLosses {
    /// Adds the losses of a claim, if there are any.
    pub fn add(&mut self, loss: Option<ClaimLoss>) {
        self.0.extend(loss.filter(|loss| loss.dropped + loss.cut + loss.changed > 0));
    }

    /// The losses, claim by claim; empty if every value was used as sent.
    pub fn iter(&self) -> impl Iterator<Item = &ClaimLoss> {
        self.0.iter()
    }

    /// Whether everything was taken as sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl ClaimLoss {
    /// The loss of a claim with one text: `sent` by the provider, `taken` by the gateway.
    pub fn of_text(claim: &'static str, sent: &Value, taken: Option<&str>) -> Option<Self> {
        let none = Self { claim, sent: 1, dropped: 0, cut: 0, changed: 0, remedy: None };
        match (sent.as_str(), taken) {
            (Some(text), Some(taken)) if text == taken => None,
            (Some(text), Some(taken)) if taken.len() < text.trim().len() && text.trim().starts_with(taken) => {
                Some(Self { cut: 1, ..none })
            }
            (_, Some(_)) => Some(Self { changed: 1, ..none }),
            // An empty text says nothing.
            (Some(text), None) if text.trim().is_empty() => None,
            (_, None) => Some(Self { dropped: 1, ..none }),
        }
    }

    /// The loss of groups that are a single string.
    pub fn single_group() -> Self {
        let remedy = Some("a string, not a list; with single_group_as_list = true it is accepted");
        Self { claim: "groups", sent: 1, dropped: 1, cut: 0, changed: 0, remedy }
    }

    /// The loss of groups that the provider only refers to, since they are too many (Microsoft Entra).
    pub fn groups_referred_to() -> Self {
        Self { claim: "groups", sent: 1, dropped: 1, cut: 0, changed: 0, remedy: Some(GROUPS_ELSEWHERE) }
    }
}

impl fmt::Display for ClaimLosses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, loss) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            loss.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for ClaimLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { claim, sent, dropped, cut, changed, remedy } = self;
        write!(f, "{claim}: {sent} sent")?;
        for (count, what) in [(dropped, "dropped"), (cut, "cut"), (changed, "changed")] {
            if *count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        remedy.map_or(Ok(()), |remedy| write!(f, " ({remedy})"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_loss_is_described_by_counts() {
        let of =
            |sent: Value, taken: Option<&str>| ClaimLoss::of_text("name", &sent, taken).map(|loss| loss.to_string());
        assert_eq!(of(json!("Ada"), Some("Ada")), None);
        assert_eq!(of(json!(" "), None), None);
        assert_eq!(of(json!(" Ada"), Some("Ada")).as_deref(), Some("name: 1 sent, 1 changed"));
        assert_eq!(of(json!("Adaaaa"), Some("Ada")).as_deref(), Some("name: 1 sent, 1 cut"));
        assert_eq!(of(json!(7), None).as_deref(), Some("name: 1 sent, 1 dropped"));
        let mut all = ClaimLosses::default();
        all.add(None);
        assert!(all.is_empty());
        all.add(ClaimLoss::of_text("name", &json!(7), None));
        all.add(Some(ClaimLoss::single_group()));
        let reported = "name: 1 sent, 1 dropped; groups: 1 sent, 1 dropped (a string, not a list; with \
                    single_group_as_list = true it is accepted)";
        assert_eq!(all.to_string(), reported);
    }
}
