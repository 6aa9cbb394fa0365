//! The profile requests of a provider without ID tokens. Their responses form one object of claims.

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};
use url::Url;

use super::authorized_request::authorized_request;
use super::compared_claims::compared_claims;
use super::error_response::{describe_response, resource_fault};
use super::failure::{Failure, Fault};
use super::provider_http::{CallError, ProviderHttp, read_json};
use super::sent::Sent;
use crate::base::clock::Timestamp;
use crate::base::outbound::MAX_BODY;
use crate::config::{Pointer, ProfileCall, ProfileCalls, Registration};

/// The maximum number of pages of one list that are requested.
const MAX_PAGES: usize = 10;

/// Makes the configured requests, each with the `Authorization` that `authorize` returns for its URL. The first response is
/// the root of the claims; each further one replaces the member of its name. A further one that fails is null, unless a rule
/// needs it.
pub async fn fetch(
    calls: &ProfileCalls,
    registration: &Registration,
    http: &ProviderHttp,
    authorize: impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Map<String, Value>, Failure> {
    let first = call("userinfo_endpoint", &calls.first, http, &authorize, now).await?;
    let Value::Object(mut claims) = first.body else {
        return Err(failure("userinfo_endpoint", Fault::InvalidResponse, "answered with JSON that is not an object"));
    };
    for further in &calls.further {
        let value = match list(further, http, &authorize, now).await {
            Ok(value) => value,
            Err(failed) if failed.fault != Fault::Overloaded && !is_needed(registration, &further.name) => {
                let (provider, reason) = (&registration.id, format!("{}; {}", failed.reason, remedy(further)));
                tracing::warn!(%provider, %reason, "a profile request failed, and the login continues without its claims");
                Value::Null
            }
            Err(failed) if failed.fault == Fault::Overloaded => return Err(failed),
            Err(failed) => return Err(Failure { reason: format!("{}; {}", failed.reason, remedy(further)), ..failed }),
        };
        claims.insert(further.name.clone(), value);
    }
    Ok(claims)
}

/// Whether a login needs the response of this name: the subject identifier is in it, or a claim that a rule compares.
fn is_needed(registration: &Registration, name: &str) -> bool {
    let prefix = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    let is_in = |pointer: &Pointer| {
        pointer.as_str().strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    registration.claims.sub.iter().chain(compared_claims(registration)).any(is_in)
}

fn remedy(further: &ProfileCall) -> String {
    format!(
        "give this client the permission for {} at the provider (a scope, or for a GitHub App the account permission \"Email \
         addresses: read-only\"), or remove profile_calls.{}",
        further.endpoint.path(),
        further.name
    )
}

/// The value of a further request. If it is a list, further pages (RFC 8288, `rel="next"`) on the same origin are requested
/// too, until the picked item is found.
async fn list(
    further: &ProfileCall,
    http: &ProviderHttp,
    authorize: &impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Value, Failure> {
    let Answer { body, mut next, mut bytes } = call(&further.name, &further.endpoint, http, authorize, now).await?;
    let mut value = selected(further, &body);
    let mut all = body;
    let mut requested = vec![further.endpoint.clone()];
    for _ in 1..MAX_PAGES {
        let is_found = further.pick.is_some() && !value.is_null();
        let is_new = |url: &Url| url.origin() == further.endpoint.origin() && !requested.contains(url);
        let Some(url) = next.filter(|url| !is_found && is_new(url)) else { break };
        requested.push(url.clone());
        let page = match call(&further.name, &url, http, authorize, now).await {
            Ok(page) if bytes + page.bytes <= MAX_BODY => page,
            // What was received is used.
            _ => break,
        };
        (next, bytes) = (page.next, bytes + page.bytes);
        match (&mut all, page.body) {
            (Value::Array(all), Value::Array(more)) => all.extend(more),
            (all, more) => *all = more,
        }
        value = selected(further, &all);
    }
    Ok(value)
}

/// The claims of recorded responses: the first response, with each further one under its name.
pub fn merge_recorded(calls: &ProfileCalls, mut claims: Map<String, Value>) -> Map<String, Value> {
    for further in &calls.further {
        let answer = claims.remove(&further.name).unwrap_or_default();
        claims.insert(further.name.clone(), selected(further, &answer));
    }
    claims
}

/// The value under the name of a request. When no item matches `pick`, it is null, so that a member of the first response
/// does not take its place.
fn selected(further: &ProfileCall, answer: &Value) -> Value {
    match &further.pick {
        Some(pick) => pick_item(answer, pick).cloned().unwrap_or_default(),
        None => answer.clone(),
    }
}

/// One page of a response.
struct Answer {
    body: Value,
    /// The next page, if the response names one.
    next: Option<Url>,
    /// The size of the response, in bytes.
    bytes: usize,
}

async fn call(
    name: &str,
    url: &Url,
    http: &ProviderHttp,
    authorize: &impl Fn(&Url) -> Result<String, String>,
    now: Timestamp,
) -> Result<Answer, Failure> {
    let failed = |fault, why: &str| failure(name, fault, why);
    let authorization = authorize(url).map_err(|why| failed(Fault::InvalidResponse, &why))?;
    let request = authorized_request(Method::GET, url, "application/json", &authorization);
    let request =
        request.ok_or_else(|| failed(Fault::InvalidResponse, "the request with this access token cannot be built"))?;
    let sent = Sent::of_request(&request);
    let answer = http.send(request, now).await.map_err(|CallError(fault, why)| failed(fault, &why))?;
    match answer.status() {
        StatusCode::OK => {
            let body =
                read_json(answer.headers(), answer.body()).map_err(|why| failed(Fault::InvalidResponse, &why))?;
            Ok(Answer { body, next: next_page(answer.headers(), url), bytes: answer.body().len() })
        }
        _ => Err(failed(resource_fault(&answer), &describe_response(&answer, &sent))),
    }
}

/// The target of the link with `rel="next"`. A comma inside `<…>` belongs to the URL.
fn next_page(headers: &HeaderMap, base: &Url) -> Option<Url> {
    let values = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
    let links = values.flat_map(|value| value.split('<').skip(1)).filter_map(|link| link.split_once('>'));
    let is_next = |parameters: &str| {
        parameters.split([';', ',']).filter_map(|parameter| parameter.trim().split_once('=')).any(
            |(name, relations)| {
                let relations = relations.trim().trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel")
                    && relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
            },
        )
    };
    links.into_iter().find(|(_, parameters)| is_next(parameters)).and_then(|(target, _)| base.join(target.trim()).ok())
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
    fn the_next_page_is_the_link_with_that_relation() {
        let base = Url::parse("https://api.example/a/emails?per_page=100").expect("a URL");
        let next = |links: &[&str]| {
            let mut headers = HeaderMap::new();
            for link in links {
                headers.append(header::LINK, link.parse().expect("a header"));
            }
            next_page(&headers, &base).map(String::from)
        };
        for (links, expected) in [
            (&["<https://api.example/a/emails?page=2>; rel=\"next\""][..], Some("https://api.example/a/emails?page=2")),
            (&["<https://x/1>; rel=\"last\", <https://x/2>; rel=\"next\""], Some("https://x/2")),
            (&["<https://x/1>; rel=prev", "<https://x/2>; REL=Next; title=\"a\""], Some("https://x/2")),
            (&["<https://x/a,b>; rel=\"prev next\""], Some("https://x/a,b")),
            (&["<?page=2>;rel=next"], Some("https://api.example/a/emails?page=2")),
            (&["<https://x/2>; rel=\"nextpage\""], None),
            (&["<https://x/2>"], None),
            (&["https://x/2; rel=next"], None),
            (&["<http://[>; rel=next"], None),
            (&[], None),
        ] {
            assert_eq!(next(links).as_deref(), expected, "{links:?}");
        }
    }

    #[test]
    fn a_response_is_needed_where_a_rule_or_the_sub_is_in_it() {
        let pointer = |text: &str| Pointer::parse(text).ok();
        let with = |change: &dyn Fn(&mut Registration)| {
            let mut registration = Registration::example();
            registration.claims.email = pointer("/primary/email");
            registration.claims.groups = pointer("/teams");
            registration.claims.name = pointer("/primary/name");
            change(&mut registration);
            ["primary", "teams", "prim", "other"].map(|name| is_needed(&registration, name))
        };
        assert_eq!(with(&|_| {}), [false; 4], "only an address and groups are added");
        assert_eq!(with(&|of| of.claims.sub = pointer("/primary/id")), [true, false, false, false]);
        assert_eq!(with(&|of| of.allow.email_domains = vec!["a.example".into()]), [true, false, false, false]);
        assert_eq!(with(&|of| of.allow.groups = vec!["g".into()]), [false, true, false, false]);
        let rule = |of: &mut Registration| of.allow.claims.push((pointer("/other/x").expect("a pointer"), "y".into()));
        assert_eq!(with(&rule), [false, false, false, true]);
    }

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
