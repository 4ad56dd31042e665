//! PKCE (RFC 7636) with `S256`, the only method.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Length of BASE64URL(SHA-256(…)).
const CHALLENGE_LENGTH: usize = 43;

/// What is wrong with a challenge or a verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// Another method than `S256`, or none beside a challenge, which means `plain`
    /// (RFC 7636 §4.3).
    #[error("code_challenge_method must be S256")]
    Method,
    /// Not 43 characters of base64url.
    #[error("code_challenge must be 43 base64url characters")]
    Challenge,
    /// Not 43 to 128 unreserved characters (RFC 7636 §4.1).
    #[error("code_verifier must be 43 to 128 unreserved characters")]
    Verifier,
    /// The verifier is not the challenge's (RFC 7636 §4.6).
    #[error("code_verifier does not match the code_challenge")]
    Mismatch,
}

/// A well-formed S256 challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// AZ-22: reads `code_challenge` and `code_challenge_method`. `Ok(None)` = no challenge was
    /// sent; the caller knows whether one is required.
    ///
    /// # Errors
    /// [`PkceError::Method`], [`PkceError::Challenge`].
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, PkceError> {
        match (challenge, method) {
            (None, None | Some("S256")) => Ok(None),
            (Some(challenge), Some("S256")) if is_challenge(challenge) => {
                Ok(Some(Self(challenge.to_owned())))
            }
            (Some(_), Some("S256")) => Err(PkceError::Challenge),
            _ => Err(PkceError::Method),
        }
    }

    /// The challenge as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// TK-12: checks in constant time that `verifier` belongs to the stored `challenge`.
///
/// # Errors
/// [`PkceError::Verifier`] for a malformed verifier, [`PkceError::Mismatch`] for a wrong one.
pub fn verify(verifier: &str, challenge: &str) -> Result<(), PkceError> {
    if !is_verifier(verifier) {
        return Err(PkceError::Verifier);
    }
    let expected = s256(verifier);
    if bool::from(expected.as_bytes().ct_eq(challenge.as_bytes())) {
        Ok(())
    } else {
        Err(PkceError::Mismatch)
    }
}

/// The S256 challenge of a verifier (RFC 7636 §4.2).
#[must_use]
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn is_challenge(text: &str) -> bool {
    text.len() == CHALLENGE_LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[rstest]
    #[case(None, None, Ok(false))]
    #[case(None, Some("S256"), Ok(false))]
    #[case(Some(CHALLENGE), Some("S256"), Ok(true))]
    #[case(Some(CHALLENGE), None, Err(PkceError::Method))]
    #[case(Some(CHALLENGE), Some("plain"), Err(PkceError::Method))]
    #[case(Some(CHALLENGE), Some("s256"), Err(PkceError::Method))]
    #[case(None, Some("plain"), Err(PkceError::Method))]
    #[case(Some("E9Mel"), Some("S256"), Err(PkceError::Challenge))]
    #[case(
        Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="),
        Some("S256"),
        Err(PkceError::Challenge)
    )]
    #[case(
        Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
        Some("S256"),
        Err(PkceError::Challenge)
    )]
    #[case(
        Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMM"),
        Some("S256"),
        Err(PkceError::Challenge)
    )]
    fn az_22_challenge(
        #[case] challenge: Option<&str>,
        #[case] method: Option<&str>,
        #[case] expected: Result<bool, PkceError>,
    ) {
        let parsed = CodeChallenge::parse(challenge, method);
        assert_eq!(parsed.map(|value| value.is_some()), expected);
    }

    #[rstest]
    #[case(VERIFIER, Ok(()))]
    #[case(
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
        Err(PkceError::Mismatch)
    )]
    #[case("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX", Err(PkceError::Verifier))]
    #[case(
        "dBjftJeZ4CVP+mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        Err(PkceError::Verifier)
    )]
    #[case(CHALLENGE, Err(PkceError::Mismatch))]
    #[case("", Err(PkceError::Verifier))]
    fn tk_12_verifier(#[case] verifier: &str, #[case] expected: Result<(), PkceError>) {
        assert_eq!(verify(verifier, CHALLENGE), expected);
    }

    #[test]
    fn tk_12_length_limits() {
        let longest = "a".repeat(128);
        assert_eq!(verify(&longest, &s256(&longest)), Ok(()));
        let too_long = "a".repeat(129);
        assert_eq!(
            verify(&too_long, &s256(&too_long)),
            Err(PkceError::Verifier)
        );
    }
}
