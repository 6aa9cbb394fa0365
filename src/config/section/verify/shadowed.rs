//! Rules that can never match, since an earlier one matches all of their requests.

use super::model::{SiteRule, is_method_of};
use crate::config::layer::validator::Validator;
use crate::config::value::site_host::HostPattern;
use crate::config::value::site_path::PathPattern;

/// Rejects each rule that an earlier one covers.
pub(crate) fn reject(rules: &[SiteRule], validator: &mut Validator<'_>) {
    for (at, rule) in rules.iter().enumerate() {
        if let Some(earlier) = rules.iter().take(at).position(|earlier| covers(earlier, rule)) {
            let what = format!("can never match: verify.rules[{earlier}] matches all of its requests before it");
            let remedy = format!("write it before verify.rules[{earlier}], or remove it");
            validator.reject(&format!("verify.rules[{at}]"), what, remedy);
        }
    }
}

/// Whether the earlier rule surely matches every request that the later one matches.
fn covers(earlier: &SiteRule, later: &SiteRule) -> bool {
    // A rule without hosts is about the default port only.
    let hosts = if earlier.hosts.is_empty() {
        later.hosts.iter().all(|pattern| pattern.port().is_none())
    } else {
        covers_all(&earlier.hosts, &later.hosts, HostPattern::includes)
    };
    let all_paths = || earlier.paths.iter().any(PathPattern::is_everything);
    let paths = all_paths() || covers_all(&earlier.paths, &later.paths, PathPattern::includes);
    let methods = covers_all(&earlier.methods, &later.methods, |wide, narrow| is_method_of(wide, narrow));
    hosts && paths && methods
}

/// An empty list stands for everything.
fn covers_all<T>(wide: &[T], narrow: &[T], includes: impl Fn(&T, &T) -> bool) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|one| wide.iter().any(|other| includes(other, one))))
}
