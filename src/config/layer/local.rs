//! Checks the merged values whose rule is local: each against the rule that the schema names for it. An invalid value is
//! reported and replaced by its default, so that deserialization and validation can continue with the rest.

use std::net::SocketAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use super::defaults;
use super::effective::{Effective, put};
use super::secret_files::remove;
use super::shape::Shape;
use super::validator::{Validator, quoted};
use crate::base::proxies::DirectHost;
use crate::config::value::accent::Accent;
use crate::config::value::admin_token::AdminToken;
use crate::config::value::database_url::DatabaseUrl;
use crate::config::value::duration;
use crate::config::value::link::Link;
use crate::config::value::local::Local;
use crate::config::value::outbound_proxy::{AllowedHost, OutboundProxy};
use crate::config::value::pointer::Pointer;
use crate::config::value::public_url::PublicUrl;

/// The error in a text and its remedy; `None` if it is valid.
type Rule = fn(&str, Shape<'_>) -> Option<(String, String)>;

/// Each rule with its name in the schema.
const RULES: [(&str, Rule); 12] = [
    (duration::RULE_NAME, in_bounds),
    rule::<Accent>(),
    rule::<AdminToken>(),
    rule::<AllowedHost>(),
    rule::<DatabaseUrl>(),
    rule::<DirectHost>(),
    rule::<IpNet>(),
    rule::<Link>(),
    rule::<OutboundProxy>(),
    rule::<Pointer>(),
    rule::<PublicUrl>(),
    rule::<SocketAddr>(),
];

const fn rule<T: Local>() -> (&'static str, Rule) {
    (T::NAME, of::<T>)
}

/// Checks the values, and replaces the invalid ones.
pub(crate) fn check(
    values: &mut Map<String, Value>,
    effective: &Effective,
    root: Shape<'_>,
    validator: &mut Validator<'_>,
) {
    let defaults = Value::Object(defaults::for_ids(&effective.ids));
    for setting in &effective.settings {
        let Some(shape) = setting.path.iter().try_fold(root, |shape, key| shape.child(key)) else { continue };
        let Some((first, rest)) = setting.path.split_first() else { continue };
        let value = values.get(first).and_then(|value| rest.iter().try_fold(value, |table, key| table.get(key)));
        let found: Vec<_> = value.into_iter().flat_map(|value| wrong(value, shape)).collect();
        if found.is_empty() {
            continue;
        }
        for (item, what, remedy) in found {
            let key = setting.path.join(".") + &item.map_or_else(String::new, |item| format!("[{item}]"));
            validator.reject(&key, what, remedy);
        }
        match setting.path.iter().try_fold(&defaults, |table, key| table.get(key)) {
            Some(default) => put(values, &setting.path, default.clone()),
            None => remove(values, &setting.path),
        }
    }
}

/// The problems of a value, each with the item of a list, from 0.
fn wrong(value: &Value, shape: Shape<'_>) -> Vec<(Option<usize>, String, String)> {
    let of_text = |value: &Value, shape: Shape<'_>| {
        let text = value.as_str().filter(|text| !(text.is_empty() && shape.may_be_empty()))?;
        let (_, rule) = RULES.iter().find(|(name, _)| Some(*name) == shape.rule())?;
        rule(text, shape)
    };
    match (value, shape.item()) {
        (Value::Array(items), Some(shape)) => {
            let wrong = |(item, value)| of_text(value, shape).map(|(what, remedy)| (Some(item), what, remedy));
            items.iter().enumerate().filter_map(wrong).collect()
        }
        _ => of_text(value, shape).map(|(what, remedy)| (None, what, remedy)).into_iter().collect(),
    }
}

fn of<T: Local>(text: &str, _: Shape<'_>) -> Option<(String, String)> {
    let bad = T::read(text).err()?;
    let what = if T::IS_QUOTED { format!("{} {bad}", quoted(text)) } else { bad.to_string() };
    Some((what, T::remedy(&bad).into_owned()))
}

/// A duration within the bounds that the schema has.
fn in_bounds(text: &str, shape: Shape<'_>) -> Option<(String, String)> {
    let (min, max) = shape.duration_bounds();
    let value = match duration::parse(text) {
        Ok(value) => value,
        Err(bad) => {
            let remedy = format!("write a whole number with its unit (ms, s, m, h, d), from \"{min}\" to \"{max}\"");
            return Some((format!("{} {bad}", quoted(text)), remedy));
        }
    };
    if duration::parse(min).is_ok_and(|min| value < min) {
        return Some((format!("{} is too short", quoted(text)), format!("write at least \"{min}\"")));
    }
    let is_too_long = duration::parse(max).is_ok_and(|max| value > max);
    is_too_long.then(|| (format!("{} is too long", quoted(text)), format!("write at most \"{max}\"")))
}
