//! TLS: the cryptography provider, and certificate authorities of the operator (for a provider with a private CA).

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Installs aws-lc-rs as the cryptography of all TLS connections of this process. Later calls have no effect.
pub fn install_crypto_provider() {
    let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// The trusted authorities, in place of the system's; at least one.
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
}

impl Authorities {
    /// Parses one or more certificates in PEM (RFC 7468); text around them is ignored.
    pub fn parse(pem: &[u8]) -> Result<Self, BadAuthorities> {
        let mut certificates = Vec::new();
        let mut roots = RootCertStore::empty();
        for (place, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let certificate = certificate.map_err(|_| BadAuthorities::Garbled(place + 1))?;
            roots.add(certificate.clone()).map_err(|_| BadAuthorities::Garbled(place + 1))?;
            certificates.push(certificate);
        }
        if certificates.is_empty() { Err(BadAuthorities::Empty) } else { Ok(Self(certificates)) }
    }

    /// Each certificate, DER-encoded.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
