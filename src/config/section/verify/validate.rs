//! Validates `[verify]`.

use super::model::Verify;
use super::raw::RawVerify;
use super::rules::VerifyContext;
use super::{rules, shadowed};
use crate::config::layer::validator::Validator;
use crate::config::value::public_url::PublicUrl;

pub(crate) fn validate(raw: RawVerify, context: &VerifyContext<'_>, validator: &mut Validator<'_>) -> Option<Verify> {
    let RawVerify { rules, verify } = raw;
    let is_https = context.public_url.is_none_or(PublicUrl::is_https);
    let default_port = if is_https { 443 } else { 80 };
    let settings = rules::RuleSettings { default_port, ignore_case: verify.ignore_case, context };
    let rules: Vec<_> = rules
        .into_iter()
        .enumerate()
        .map(|(at, rule)| rules::validate(&format!("verify.rules[{at}]"), rule, &settings, validator))
        .collect();
    let rules: Vec<_> = rules.into_iter().collect::<Option<_>>()?;
    shadowed::reject(&rules, validator);
    Some(Verify { default_port, rules, ..verify })
}
