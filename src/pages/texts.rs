//! The names and placeholders of the messages in a file, to compare files.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

/// Each message and attribute of a file with its placeholders.
pub(super) type Texts = BTreeMap<String, BTreeSet<String>>;

/// The messages of a file. Entries with a syntax error are left out.
pub(super) fn texts(source: &str) -> Texts {
    let resource = parser::parse(source).unwrap_or_else(|(resource, _)| resource);
    let mut texts = Texts::new();
    let mut add = |name: String, pattern: &Pattern<&str>| {
        let mut placeholders = BTreeSet::new();
        collect(pattern, &mut placeholders);
        texts.insert(name, placeholders);
    };
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let name = message.id.name;
        message.value.iter().for_each(|value| add(name.to_owned(), value));
        for attribute in &message.attributes {
            add(format!("{name}.{}", attribute.id.name), &attribute.value);
        }
    }
    texts
}

fn collect(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => collect_inline(inline, found),
            Expression::Select { selector, variants } => {
                collect_inline(selector, found);
                for variant in variants {
                    collect(&variant.value, found);
                }
            }
        }
    }
}

fn collect_inline(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = expression.as_ref() {
                collect_inline(inline, found);
            }
        }
        _ => {}
    }
}

/// What is wrong with the messages of a file, beside those of English: names that no page uses, and placeholders that the page
/// does not fill.
pub(super) fn differences(texts: &Texts, english: &Texts) -> Vec<String> {
    let mut found = Vec::new();
    for (id, placeholders) in texts {
        let Some(known) = english.get(id) else {
            found.push(format!("no page has the message {id}"));
            continue;
        };
        let unknown = placeholders.difference(known).map(|name| format!("the message {id} has no ${name}"));
        found.extend(unknown);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_messages_and_placeholders_are_found() {
        let english = texts("a = { $x } and { $n ->\n    [one] one\n   *[other] { $y }\n }\n    .title = T\n");
        assert!(differences(&texts("a = { $y }\n    .title = U\n"), &english).is_empty());
        let found = differences(&texts("a = { $z }\nb = B\n"), &english);
        assert_eq!(found, ["the message a has no $z", "no page has the message b"]);
    }
}
