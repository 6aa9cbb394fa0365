//! `[signing]`

use crate::config::findings::Findings;
use crate::config::raw;
use crate::config::settings::Signing;

pub(super) fn signing(raw: raw::Signing, at: &mut Findings<'_>) -> Option<Signing> {
    let publish_before_use = at.duration("signing.publish_before_use", &raw.publish_before_use, "1s", "30d");
    let algorithms = raw.algorithms;
    if algorithms.is_empty() {
        at.refuse("signing.algorithms", "is empty", "write at least one, as [\"ES256\"]");
        return None;
    }
    for (item, algorithm) in algorithms.iter().enumerate() {
        if algorithms.iter().take(item).any(|earlier| earlier == algorithm) {
            at.refuse_item(
                "signing.algorithms",
                item,
                format!("\"{}\" stands there twice", algorithm.name()),
                "take one out",
            );
        }
    }
    Some(Signing { algorithms, publish_before_use: publish_before_use? })
}
