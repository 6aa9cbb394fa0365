//! Parses queries, forms and bodies. Parameters are strict: no repetition, valid UTF-8, no NUL (RFC 6749 §3.1).

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The maximum number of parameters. No endpoint defines as many.
const MAX_PARAMETERS: usize = 64;

/// The media type of a form post.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Decoded parameters, in order. An empty value counts as absent (RFC 6749 §3.1).
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses a query or a form. A repeated name is an error: two parsers could choose different values (RA-14).
    pub fn parse(encoded: &str) -> Result<Self, Problem> {
        let (read, doubled) = Self::parse_all(encoded)?;
        match doubled.first() {
            None => Ok(read),
            Some(name) => Err(Problem::invalid(format!("{} is repeated.", shown(name)))),
        }
    }

    /// Parses like `parse`, but returns the repeated names to the caller. The first value of each is kept.
    pub fn parse_all(encoded: &str) -> Result<(Self, Vec<String>), Problem> {
        let (mut read, mut doubled): (Vec<(String, String)>, Vec<String>) = Default::default();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if read.len() + doubled.len() == MAX_PARAMETERS {
                return Err(Problem::invalid(format!("There are more than {MAX_PARAMETERS} parameters.")));
            }
            if read.iter().any(|(other, _)| *other == name) {
                doubled.push(name);
            } else {
                read.push((name, value));
            }
        }
        Ok((Self(read), doubled))
    }

    /// Parses only the parameters of these names, of which none may be repeated. A provider or a proxy may add others, repeated or
    /// malformed; they are ignored.
    pub fn parse_known(encoded: &str, known: &[&str]) -> Result<Self, Problem> {
        let is_known = |pair: &&str| {
            decode(pair.split('=').next().unwrap_or_default()).is_ok_and(|name| known.contains(&name.as_str()))
        };
        Self::parse(&encoded.split('&').filter(is_known).collect::<Vec<_>>().join("&"))
    }

    /// The parameters of the request's query. Handlers extract [`Query`].
    pub fn of_query(request: &HttpRequest) -> Result<Self, Problem> {
        Self::parse(request.query_string())
    }

    /// An empty list of parameters.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether the list is empty. A parameter with an empty value counts here.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All names and values, in the order of the request.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a parameter, which may be empty; `None` if it is absent.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter; `None` if it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, value)| other == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// The parameters of the query, as a handler extracts them.
pub struct Query(pub Parameters);

impl FromRequest for Query {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Parameters::of_query(request).map(Self))
    }
}

/// The parameters of a form in the body, of at most `limits.body_bytes`, as a handler extracts them. The query is ignored.
pub struct Form(pub Parameters);

impl FromRequest for Form {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), web::Payload::from_request(request, payload));
        Box::pin(async move {
            let app = request.app_data::<Data<App>>().ok_or(Refusal::Internal)?;
            let payload = payload.await.map_err(|_| Refusal::Internal)?;
            form(&request, payload, app.config.limits.body_bytes).await.map(Self)
        })
    }
}

/// The parameters of a form, or none if the body is not a form.
pub struct OptionalForm(pub Parameters);

impl FromRequest for OptionalForm {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if media_type(request) != FORM {
            return Box::pin(ready(Ok(Self(Parameters::none()))));
        }
        let form = Form::from_request(request, payload);
        Box::pin(async move { form.await.map(|Form(parameters)| Self(parameters)) })
    }
}

/// Decodes `application/x-www-form-urlencoded` text: `+` and percent-encoding, UTF-8, no NUL.
pub fn decode(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let invalid = || Problem::invalid("A parameter is not valid UTF-8, or has a NUL character.");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| invalid())?;
    if decoded.contains('\0') { Err(invalid()) } else { Ok(decoded.into_owned()) }
}

/// The name of a parameter for a message. A name that no endpoint has could be any text.
fn shown(name: &str) -> String {
    const MAX_NAME: usize = 32;
    let is_plain = name.len() <= MAX_NAME && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_plain { format!("The parameter {name}") } else { "A parameter".to_owned() }
}

/// Reads a body of at most `limit` bytes. A larger `Content-Length` is refused without reading. The connection limits the time.
pub async fn body(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| u64::try_from(limit).is_ok_and(|limit| length > limit)) {
        return Err(Refusal::TooLarge.into());
    }
    let whole = payload.to_bytes_limited(limit).await.map_err(|_| Refusal::TooLarge)?;
    whole.map_err(|_| Refusal::InvalidRequest.into())
}

/// Reads a form from the body. The query is ignored.
pub async fn form(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<Parameters, Problem> {
    Parameters::parse(&form_text(request, payload, limit).await?)
}

/// Reads the text of a form from the body.
pub async fn form_text(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<String, Problem> {
    if media_type(request) != FORM {
        return Err(Problem::invalid(format!("The Content-Type is not {FORM}.")));
    }
    let body = body(request, payload, limit).await?;
    Ok(std::str::from_utf8(&body).map_err(|_| Problem::invalid("The form is not UTF-8."))?.to_owned())
}

/// The media type of `Content-Type`, in lower case and without parameters; empty if the header is missing.
pub fn media_type(request: &HttpRequest) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Parses a JSON body. `serde_json` limits the nesting to 128 levels, so it cannot exhaust the stack (IN-07).
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        // Only the name of a missing member is shown: other messages quote values.
        let message = error.to_string();
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        Problem::invalid(match missing {
            Some(name) => format!("The member {name} of the body is missing."),
            None if error.is_data() => "A member of the body has a value of the wrong type, or is repeated.".to_owned(),
            None => "The body is not valid JSON.".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parameters_are_ignored_where_the_names_are_known() {
        let parse = |encoded: &str| Parameters::parse_known(encoded, &["code", "state"]);
        for good in ["code=c&state=s&x=1&x=2", "x=%ff&code=c&state=s&x=%00&%ff=1", "code=c&state=s"] {
            let read = parse(good).map_err(|_| ()).expect("good parameters");
            assert_eq!((read.get("code"), read.get("state"), read.get("x")), (Some("c"), Some("s"), None), "{good}");
        }
        for bad in ["code=c&code=c", "code=c&%63ode=d", "code=%ff", "state=&state=s"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    /// RA-14, IN-04, IN-08: also NUL and invalid UTF-8 in names and values.
    #[test]
    fn repeated_malformed_and_too_many_parameters_are_refused() {
        let good = Parameters::parse("a=1&b=%C3%A9+x&&c=").map_err(|_| ()).expect("good parameters");
        assert_eq!((good.get("a"), good.get("b"), good.get("c")), (Some("1"), Some("é x"), None));
        for bad in ["a=1&a=2", "a=1&a=", "a=%00", "a=%ff", "a=%c0%80", "%ff=1"] {
            assert!(Parameters::parse(bad).is_err(), "{bad}");
        }
        assert!(Parameters::parse(&"p=1&".repeat(100_000)).is_err());
        assert!(Parameters::parse(&(0..65).fold(String::new(), |all, n| format!("{all}p{n}=1&"))).is_err());
    }
}
