//! The least strength of an RSA public key that verifies signatures.

use std::cmp::Ordering;

/// The least length of the modulus, in bits (RFC 7518 §3.3).
pub const MIN_MODULUS_BITS: usize = 2048;
/// The least public exponent, 65,537, big-endian (FIPS 186-5 §5.1). Small exponents make faults in the padding forgeable.
const MIN_EXPONENT: [u8; 3] = [1, 0, 1];

/// Whether a key with this modulus and public exponent, both big-endian, may verify signatures.
pub fn is_strong_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    bits(modulus) >= MIN_MODULUS_BITS && at_least(without_zeros(exponent), &MIN_EXPONENT)
}

/// The number of bits of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let number = without_zeros(number);
    let leading = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(leading).unwrap_or_default())
}

fn at_least(number: &[u8], least: &[u8]) -> bool {
    match number.len().cmp(&least.len()) {
        Ordering::Less => false,
        Ordering::Equal => number >= least,
        Ordering::Greater => true,
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_2048_bits_and_an_exponent_of_65537_or_more() {
        let modulus = |bytes: usize, first: u8| [vec![first], vec![0xff; bytes - 1]].concat();
        let strong = modulus(256, 0x80);
        for good in [&strong, &modulus(256, 0xff), &modulus(512, 0x01), &[vec![0, 0], strong.clone()].concat()] {
            assert!(is_strong_rsa(good, &[1, 0, 1]), "{good:?}");
        }
        for bad in [&modulus(256, 0x7f), &modulus(255, 0xff), &modulus(128, 0xff), &vec![0; 256], &vec![]] {
            assert!(!is_strong_rsa(bad, &[1, 0, 1]), "{bad:?}");
        }
        for good in [&[1, 0, 1][..], &[0, 1, 0, 1], &[1, 0, 3], &[2, 0, 1], &[1, 0, 0, 1]] {
            assert!(is_strong_rsa(&strong, good), "{good:?}");
        }
        for bad in [&[][..], &[0], &[1], &[3], &[17], &[0xff, 0xff], &[0, 0, 3], &[1, 0, 0], &[0, 0xff, 0xff]] {
            assert!(!is_strong_rsa(&strong, bad), "{bad:?}");
        }
    }
}
