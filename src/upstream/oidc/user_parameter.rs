//! The `user` parameter of a form post (Sign in with Apple): the user's name, sent at the first login only.
//!
//! It is not signed, and the browser could change it. So only names are read, no e-mail address, and the ID token and userinfo
//! have priority.

use serde_json::{Value, json};

/// The names as a source of profile claims: `/user/name/firstName` and `/user/name/lastName` as received, and both of them at
/// `/name`, where the default `claims.name` finds them.
pub fn names(user: &str) -> Option<Value> {
    let user: Value = serde_json::from_str(user).ok()?;
    let part = |name: &str| {
        let text = user.get("name")?.get(name)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let (first, last) = (part("firstName"), part("lastName"));
    let full = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!full.is_empty()).then(|| json!({ "name": full, "user": { "name": { "firstName": first, "lastName": last } } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_read() {
        let said = r#"{"name":{"firstName":" Ada","lastName":"Lovelace","x":1},"email":"a@b.c","groups":["admin"]}"#;
        let expected = json!({"name": "Ada Lovelace", "user": {"name": {"firstName": "Ada", "lastName": "Lovelace"}}});
        assert_eq!(names(said), Some(expected));
        let one = names(r#"{"name":{"firstName":"Ada","lastName":""}}"#).expect("a name");
        assert_eq!((&one["name"], &one["user"]["name"]["lastName"]), (&json!("Ada"), &Value::Null));
        for bad in ["", "x", "[]", "{}", r#"{"name":"Ada"}"#, r#"{"name":{"firstName":7}}"#, r#"{"email":"a@b.c"}"#] {
            assert_eq!(names(bad), None, "{bad}");
        }
    }
}
