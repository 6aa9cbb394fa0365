//! The profile requests of a provider without ID tokens. Their responses form one object of claims.

use http::{Method, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use super::authorized_request::authorized_request;
use super::error_response::describe_response;
use super::failure::{Failure, Fault};
use super::provider_http::{CallError, ProviderHttp, read_json};
use super::sent::Sent;
use crate::base::clock::Timestamp;
use crate::config::{Pointer, ProfileCall, ProfileCalls};

/// Makes the configured requests, each with the `Authorization` that `authorize` returns for its URL. The first response is
/// the root of the claims; each further one replaces the member of its name.
pub async fn fetch(
    calls: &ProfileCalls,
    http: &ProviderHttp,
    authorize: impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Map<String, Value>, Failure> {
    let Value::Object(mut claims) = call("userinfo_endpoint", &calls.first, http, &authorize, now).await? else {
        return Err(failure("userinfo_endpoint", Fault::InvalidResponse, "answered with JSON that is not an object"));
    };
    for further in &calls.further {
        let answer = call(&further.name, &further.endpoint, http, &authorize, now).await?;
        claims.insert(further.name.clone(), selected(further, answer));
    }
    Ok(claims)
}

/// The claims of recorded responses: the first response, with each further one under its name.
pub fn merge_recorded(calls: &ProfileCalls, mut claims: Map<String, Value>) -> Map<String, Value> {
    for further in &calls.further {
        let answer = claims.remove(&further.name).unwrap_or_default();
        claims.insert(further.name.clone(), selected(further, answer));
    }
    claims
}

/// The value under the name of a request. When no item matches `pick`, it is null, so that a member of the first response
/// does not take its place.
fn selected(further: &ProfileCall, answer: Value) -> Value {
    match &further.pick {
        Some(pick) => pick_item(&answer, pick).cloned().unwrap_or_default(),
        None => answer,
    }
}

async fn call(
    name: &str,
    url: &Url,
    http: &ProviderHttp,
    authorize: &impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Value, Failure> {
    let failed = |fault, why: &str| failure(name, fault, why);
    let authorization = authorize(url).map_err(|why| failed(Fault::InvalidResponse, &why))?;
    let request = authorized_request(Method::GET, url, "application/json", &authorization);
    let request =
        request.ok_or_else(|| failed(Fault::InvalidResponse, "the request with this access token cannot be built"))?;
    let sent = Sent::of_request(&request);
    let answer = http.send(request, now).await.map_err(|CallError(fault, why)| failed(fault, &why))?;
    match answer.status() {
        StatusCode::OK => {
            read_json(answer.headers(), answer.body()).map_err(|why| failed(Fault::InvalidResponse, &why))
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(failed(Fault::Refused, &describe_response(&answer, &sent)))
        }
        _ => Err(failed(Fault::InvalidResponse, &describe_response(&answer, &sent))),
    }
}

fn failure(name: &str, fault: Fault, why: &str) -> Failure {
    Failure::userinfo(fault, format!("the profile request {name}: {why}"))
}

/// The first item with `true` at the pointer. The list is the response itself, or the first array among its members.
fn pick_item<'v>(answer: &'v Value, pick: &Pointer) -> Option<&'v Value> {
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
    fn pick_selects_the_first_item_with_true() {
        let pick = Pointer::parse("/primary").expect("a pointer");
        let list = json!([{"email": "a"}, {"email": "b", "primary": "true"}, {"email": "c", "primary": true}]);
        assert_eq!(pick_item(&list, &pick), Some(&json!({"email": "c", "primary": true})));
        let inside = json!({"next": "x", "values": list});
        assert_eq!(pick_item(&inside, &pick), Some(&json!({"email": "c", "primary": true})));
        for nothing in [json!([]), json!({}), json!("a"), json!([1, null]), json!({"primary": true})] {
            assert_eq!(pick_item(&nothing, &pick), None, "{nothing}");
        }
    }
}
