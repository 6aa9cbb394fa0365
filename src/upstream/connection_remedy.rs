//! Remedies for the operator if a provider cannot be reached, which follow the explanation of the failure.

use http::StatusCode;

/// Parts of the answers of Go, nginx and Apache to plain HTTP at a TLS port.
const HTTP_AT_TLS_PORT: [&str; 3] = [
    "client sent an http request to an https server",
    "the plain http request was sent to https port",
    "speaking plain http to an ssl-enabled server port",
];
const SPEAKS_TLS: &str = "it speaks TLS at this port: write https:// instead of http://";
const NO_TLS: &str = "it does not speak TLS at this port: write http://, or its TLS port";

/// The error of the HTTP client, with a remedy.
pub fn of_connection(text: String) -> String {
    let remedies = [
        (
            "UnknownIssuer",
            "its certificate is of an unknown authority; set ca_file to the file with its authorities, or with itself",
        ),
        (
            "CaUsedAsEndEntity",
            "its certificate is self-signed as an authority; set ca_file to a file with it, or use one that your authority signed",
        ),
        ("InvalidContentType", NO_TLS),
        ("invalid HTTP version", SPEAKS_TLS),
        ("expired", "its certificate has expired, or the clock of this machine is wrong"),
        ("not valid yet", "its certificate is not valid yet, or the clock of this machine is wrong"),
        ("not valid for name", "its certificate is for another host"),
        ("NotValidForName", "its certificate is for another host"),
        (
            "Connection refused",
            "nothing listens at its address: see that the provider runs, and check its address (issuer)",
        ),
        (
            "failed to lookup address",
            "its host name cannot be resolved: check its address (issuer), and the name server of this machine",
        ),
    ];
    match remedies.into_iter().find(|(sign, _)| text.contains(sign)) {
        Some((_, remedy)) => format!("{text}: {remedy}"),
        None => text,
    }
}

/// The explanation for a response to plain HTTP from a TLS port; `None` for any other response.
pub fn of_plain_http(response: &http::Response<Vec<u8>>) -> Option<String> {
    const MAX_BODY: usize = 2048;
    if response.status() != StatusCode::BAD_REQUEST || response.body().len() > MAX_BODY {
        return None;
    }
    let body = String::from_utf8_lossy(response.body()).to_ascii_lowercase();
    HTTP_AT_TLS_PORT.iter().any(|text| body.contains(text)).then(|| format!("answered 400: {SPEAKS_TLS}"))
}

/// Whether only an operator can change what this explanation says.
pub fn needs_operator(explanation: &str) -> bool {
    [SPEAKS_TLS, NO_TLS].iter().any(|remedy| explanation.contains(remedy))
}

/// The remedy for a missing discovery document.
pub fn of_missing_document(explanation: &str) -> &'static str {
    let is_missing = ["answered 404", "answered with HTML", "not JSON"].iter().any(|sign| explanation.contains(sign));
    if is_missing {
        "; the issuer may lack its path, such as /realms/NAME at Keycloak: copy it from the provider"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The case `keycloak-words`: the words of Keycloak name the setting.
    #[test]
    fn errors_of_connections_are_explained() {
        for (error, sign) in [
            ("cannot be reached: received corrupt message of type InvalidContentType", "does not speak TLS"),
            ("cannot be reached: invalid HTTP version parsed", "speaks TLS"),
            ("cannot be reached: invalid peer certificate: UnknownIssuer", "set ca_file"),
            (
                "cannot be reached: invalid peer certificate: certificate expired: verification time",
                "clock of this machine",
            ),
            ("cannot be reached: Connection refused (os error 111)", "see that the provider runs"),
            ("cannot be reached: failed to lookup address information: Name or service not known", "name server"),
        ] {
            let text = of_connection(error.to_owned());
            assert!(text.starts_with(error) && text.contains(sign) && !text.contains('\n'), "{text}");
        }
        assert_eq!(of_connection("no answer in time".into()), "no answer in time");
        let response = |status: u16, body: &str| {
            http::Response::builder().status(status).body(body.as_bytes().to_vec()).expect("a response")
        };
        for body in [
            "Client sent an HTTP request to an HTTPS server.\n",
            "<html><center><h1>400 Bad Request</h1></center><center>The plain HTTP request was sent to HTTPS port</center>",
            "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
        ] {
            let text = of_plain_http(&response(400, body)).expect("explained");
            assert!(text.contains("speaks TLS") && needs_operator(&text), "{text}");
            assert_eq!(of_plain_http(&response(200, body)), None);
        }
        assert_eq!(of_plain_http(&response(400, "{\"error\":\"invalid_request\"}")), None);
    }
}
