//! TLS: the cryptography provider, and certificate authorities of the operator (for a provider with a private CA).

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Installs aws-lc-rs as the cryptography of all TLS connections of this process. Later calls have no effect.
pub fn install_crypto_provider() {
    let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// The trusted authorities, in place of the system's; at least one. A certificate may also be that of the server itself.
#[derive(Clone)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// Why a PEM text is rejected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAuthorities {
    /// It has no certificate.
    #[error("holds no certificate")]
    Empty,
    /// A certificate cannot be parsed; with its number, from 1.
    #[error("holds a certificate that cannot be read, number {0}")]
    Garbled(usize),
    /// A certificate has no extensions, so that no server can be recognised by it; with its number, from 1.
    #[error(
        "holds a certificate of X.509 version 1, number {0}, which names no host: make one of version 3, as `openssl req -x509 \
         -addext subjectAltName=DNS:<host>` does"
    )]
    Version1(usize),
}

impl Authorities {
    /// Parses one or more certificates in PEM (RFC 7468); text around them is ignored.
    pub fn parse(pem: &[u8]) -> Result<Self, BadAuthorities> {
        let mut certificates = Vec::new();
        let mut roots = RootCertStore::empty();
        for (place, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let certificate = certificate.map_err(|_| BadAuthorities::Garbled(place + 1))?;
            roots.add(certificate.clone()).map_err(|_| BadAuthorities::Garbled(place + 1))?;
            ParsedCertificate::try_from(&certificate).map_err(|_| BadAuthorities::Version1(place + 1))?;
            certificates.push(certificate);
        }
        if certificates.is_empty() { Err(BadAuthorities::Empty) } else { Ok(Self(certificates)) }
    }

    /// The settings of connections that trust these certificates. `None` if no verifier can be built with them.
    pub(super) fn client_config(&self) -> Option<ClientConfig> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = ListedCertificates::new(&self.0).ok()?;
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
        let listed = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = listed.with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Some(config)
    }
}

/// Accepts what the library accepts with these authorities, and a server whose certificate is one of the list, byte for byte:
/// the library takes neither an authority as the certificate of a server, as `openssl req -x509` makes it by default, nor a
/// server's certificate as its own authority. Validity, host name and signature are checked for those as well.
#[derive(Debug)]
struct ListedCertificates {
    authorities: Arc<WebPkiServerVerifier>,
    listed: Vec<CertificateDer<'static>>,
}

impl ListedCertificates {
    fn new(listed: &[CertificateDer<'static>]) -> Result<Self, VerifierBuilderError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(listed.iter().cloned());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
        Ok(Self { authorities, listed: listed.to_vec() })
    }
}

impl ServerCertVerifier for ListedCertificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let outcome = self.authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match outcome {
            // The library checks the validity before these two, and the host name after them.
            Err(error) if is_about_the_issuer(&error) && self.listed.iter().any(|listed| listed == end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Whether the library finds no authority for a certificate, or the certificate is that of an authority. It has no variant of
/// its own for the second.
fn is_about_the_issuer(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        Error::InvalidCertificate(CertificateError::Other(other)) => other.to_string().contains("CaUsedAsEndEntity"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate without extensions.
    const VERSION_1: &str = concat!(
        "MIIBJjCBzQIUSE+jVSV6P/xIJEk9VyErNblXnSswCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKdjEuZXhhbXBsZTAgFw0yNjExMzAx",
        "MjI0MzBaGA8yMTI2MTEwNjEyMjQzMFowFTETMBEGA1UEAwwKdjEuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNlL",
        "sjMlr0+hGoHL1z67VMS1Qnicw7J6VdSXMINcjt3bgXwkqm443ve2/8AWffDLuXiHzS9f8hhWGcZ7imPgZQcwCgYIKoZIzj0EAwID",
        "SAAwRQIhAI3kYfiaQ6KuFitpAtw/40wdtn2DdgaZOUaAHodvWFQVAiAGqjapfE6eLY+qTfwDAUwwmdCq9PmKQ5Bdrb7h4K7otg==",
    );

    #[test]
    fn a_text_without_a_valid_certificate_is_refused() {
        let parse = |text: &str| Authorities::parse(text.as_bytes()).map(|read| read.0.len());
        let pem = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        let key = rcgen::KeyPair::generate().expect("a key");
        let good = rcgen::CertificateParams::new(vec!["ca.example".into()]).expect("parameters");
        let good = good.self_signed(&key).expect("a certificate").pem();
        assert_eq!(parse(&good), Ok(1));
        assert_eq!(parse(&format!("Our own:\n{good}\n{good}")), Ok(2));
        assert_eq!(parse(&key.serialize_pem()), Err(BadAuthorities::Empty));
        assert_eq!(parse(""), Err(BadAuthorities::Empty));
        assert_eq!(parse(&format!("{good}{}", pem("AAAA"))), Err(BadAuthorities::Garbled(2)));
        assert_eq!(parse(&pem("!!")), Err(BadAuthorities::Garbled(1)));
        assert_eq!(parse(&pem(VERSION_1)), Err(BadAuthorities::Version1(1)));
    }
}
