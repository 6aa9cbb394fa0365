//! A request made into typed values. Parameters are read strictly: one of each, UTF-8, no NUL (RFC 6749 §3.1).

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// How long a client may take over its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// More parameters than any client of ours has a use for.
const MAX_PARAMETERS: usize = 64;

/// The media type of forms.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Decoded parameters, in order. An empty value counts as absent.
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a form. Twice the same name is an error: two readers might take two different ones (RA-14).
    pub fn parse(encoded: &str) -> Result<Self, Problem> {
        let (read, doubled) = Self::parse_all(encoded)?;
        if doubled.is_empty() { Ok(read) } else { Err(Problem::invalid_request()) }
    }

    /// The same for a reader who says by itself what comes of names that stand there twice; the first of each is kept.
    pub fn parse_all(encoded: &str) -> Result<(Self, Vec<String>), Problem> {
        let (mut read, mut doubled): (Vec<(String, String)>, Vec<String>) = Default::default();
        for pair in encoded.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if read.len() + doubled.len() == MAX_PARAMETERS {
                return Err(Problem::invalid_request());
            }
            if read.iter().any(|(other, _)| *other == name) {
                doubled.push(name);
            } else {
                read.push((name, value));
            }
        }
        Ok((Self(read), doubled))
    }

    /// The parameters of the request's query.
    pub fn of_query(request: &HttpRequest) -> Result<Self, Problem> {
        Self::parse(request.query_string())
    }

    /// None at all.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether there is none, not even one that is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A parameter, unless it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, value)| other == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// Undoes the encoding of forms.
pub fn decode(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| Problem::invalid_request())?;
    if decoded.contains('\0') { Err(Problem::invalid_request()) } else { Ok(decoded.into_owned()) }
}

/// Reads a body, within the limit and within its time. One that says it is larger is not waited for.
pub async fn body(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| u64::try_from(limit).is_ok_and(|limit| length > limit)) {
        return Err(Problem::too_large());
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, payload.to_bytes_limited(limit)).await;
    let whole = read.map_err(|_| Problem::invalid_request())?.map_err(|_| Problem::too_large())?;
    whole.map_err(|_| Problem::invalid_request())
}

/// Reads a form. Parameters of the query are not looked at.
pub async fn form(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<Parameters, Problem> {
    if media_type(request) != FORM {
        return Err(Problem::invalid_request());
    }
    let body = body(request, payload, limit).await?;
    Parameters::parse(std::str::from_utf8(&body).map_err(|_| Problem::invalid_request())?)
}

/// The media type of the body, in lower case and without parameters.
pub fn media_type(request: &HttpRequest) -> String {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads a JSON body. `serde_json` stops at 128 levels, so depth cannot exhaust the stack (IN-07).
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| Problem::invalid_request())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RA-14, IN-04, IN-08
    #[test]
    fn doubled_garbled_and_countless_parameters_are_refused() {
        let good = Parameters::parse("a=1&b=%C3%A9+x&&c=").map_err(|_| ()).expect("good parameters");
        assert_eq!((good.get("a"), good.get("b"), good.get("c")), (Some("1"), Some("é x"), None));
        for bad in ["a=1&a=2", "a=1&a=", "a=%00", "a=%ff", "a=%c0%80", "%ff=1"] {
            assert!(Parameters::parse(bad).is_err(), "{bad}");
        }
        assert!(Parameters::parse(&"p=1&".repeat(100_000)).is_err());
        assert!(Parameters::parse(&(0..65).fold(String::new(), |all, n| format!("{all}p{n}=1&"))).is_err());
    }
}
