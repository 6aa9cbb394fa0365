//! The `user` parameter of a form (Sign in with Apple): somebody's name, sent at the first login only, and nowhere else.
//!
//! Nobody signed it, and the person's browser carried it. So nothing but names is taken from it, never an address, and it
//! stands behind the ID token and userinfo.

use serde_json::{Value, json};

/// What it says, as one more source of a profile: `/user/name/firstName` and `/user/name/lastName` as they were sent, and
/// at `/name` both of them, so that the usual `claims.name` finds them.
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
    fn nothing_but_names_is_taken() {
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
