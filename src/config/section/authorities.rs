//! Files of certificate authorities: `providers.<id>.ca_file` and `clients_by_url.ca_file`.

use crate::base::tls::Authorities;
use crate::config::layer::validator::{Rejected, Validator, quoted};

/// Reads the certificate authorities; `None` if there is no file.
pub(crate) fn authorities(
    key: &str,
    path: &str,
    validator: &mut Validator<'_>,
) -> Result<Option<Authorities>, Rejected> {
    if path.is_empty() {
        return Ok(None);
    }
    let remedy = "write the path of a PEM file with the certificates of its certificate authorities";
    let pem = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", quoted(path)));
    let pem = validator.accept(key, pem, remedy).ok_or(Rejected)?;
    let read = Authorities::parse(&pem).map_err(|bad| format!("{} {bad}", quoted(path)));
    validator.accept(key, read, remedy).map(Some).ok_or(Rejected)
}
