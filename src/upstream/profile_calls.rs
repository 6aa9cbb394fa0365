//! Who somebody is, at providers without an ID token: the calls that the configuration names, put together into one
//! document of claims.

use http::{Method, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use super::authorized::authorized;
use super::failure::{Failure, Fault};
use super::line::{Line, Unanswered, read_json, status_in_words};
use crate::base::clock::Timestamp;
use crate::config::{Pointer, ProfileCall, ProfileCalls};

/// Makes the calls, each with the `Authorization` that `authorize` gives for its URL. The first answer is the root of
/// the claims; each further one stands under its name, whatever stood there.
pub async fn ask(
    calls: &ProfileCalls,
    line: &Line,
    authorize: impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Map<String, Value>, Failure> {
    let Value::Object(mut claims) = call("userinfo_endpoint", &calls.first, line, &authorize, now).await? else {
        return Err(failure("userinfo_endpoint", Fault::Answer, "answered with JSON that is not an object"));
    };
    for further in &calls.further {
        let answer = call(&further.name, &further.endpoint, line, &authorize, now).await?;
        claims.insert(further.name.clone(), said(further, answer));
    }
    Ok(claims)
}

/// The same of answers that were written down: the first one, with each further one under its name.
pub fn put_together(calls: &ProfileCalls, mut claims: Map<String, Value>) -> Map<String, Value> {
    for further in &calls.further {
        let answer = claims.remove(&further.name).unwrap_or_default();
        claims.insert(further.name.clone(), said(further, answer));
    }
    claims
}

/// What stands under the name of a call. Where nothing was picked, nothing of the first answer may stand in its place.
fn said(further: &ProfileCall, answer: Value) -> Value {
    match &further.pick {
        Some(pick) => picked(&answer, pick).cloned().unwrap_or_default(),
        None => answer,
    }
}

async fn call(
    name: &str,
    url: &Url,
    line: &Line,
    authorize: &impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Value, Failure> {
    let failed = |fault, why: &str| failure(name, fault, why);
    let authorization = authorize(url).map_err(|why| failed(Fault::Answer, &why))?;
    let request = authorized(Method::GET, url, "application/json", &authorization);
    let request = request.ok_or_else(|| failed(Fault::Answer, "cannot be asked with this access token"))?;
    let answer = line.send(request, now).await.map_err(|Unanswered(fault, why)| failed(fault, &why))?;
    match answer.status() {
        StatusCode::OK => read_json(answer.headers(), answer.body()).map_err(|why| failed(Fault::Answer, &why)),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            Err(failed(Fault::Refused, &status_in_words(status)))
        }
        status => Err(failed(Fault::Answer, &status_in_words(status))),
    }
}

fn failure(name: &str, fault: Fault, why: &str) -> Failure {
    Failure::userinfo(fault, format!("the profile call {name}: {why}"))
}

/// Of the list in an answer (the answer itself, or the first of its members that is one), the first item in which the
/// pointer finds `true`.
fn picked<'v>(answer: &'v Value, pick: &Pointer) -> Option<&'v Value> {
    let list = match answer {
        Value::Array(list) => list,
        Value::Object(members) => members.values().find_map(Value::as_array)?,
        _ => return None,
    };
    list.iter().find(|item| pick.find(item) == Some(&Value::Bool(true)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_of_a_list_is_picked() {
        let pick = Pointer::parse("/primary").expect("a pointer");
        let list = json!([{"email": "a"}, {"email": "b", "primary": "true"}, {"email": "c", "primary": true}]);
        assert_eq!(picked(&list, &pick), Some(&json!({"email": "c", "primary": true})));
        let inside = json!({"next": "x", "values": list});
        assert_eq!(picked(&inside, &pick), Some(&json!({"email": "c", "primary": true})));
        for nothing in [json!([]), json!({}), json!("a"), json!([1, null]), json!({"primary": true})] {
            assert_eq!(picked(&nothing, &pick), None, "{nothing}");
        }
    }
}
