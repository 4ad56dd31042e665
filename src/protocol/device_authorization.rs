//! The request of a device (RFC 8628 §3.1), and the code that a person types for it (RFC 8628 §6.1).

use ring::{hkdf, hmac};
use serde::Deserialize;

use super::{
    authorize::{self, RequestedAccess},
    client_auth::ClientParameters,
    error::OAuthError,
    grants::repeated,
    params::Params,
    policy::Entitlement,
    secret::{Purpose, SecretHash, hash},
    typed_params,
};

/// The parameters of a device authorization request, as they were sent.
#[derive(Clone, Debug, Deserialize)]
pub struct DeviceAuthorizationRequest<'p> {
    client_id: Option<&'p str>,
    client_secret: Option<&'p str>,
    client_assertion: Option<&'p str>,
    client_assertion_type: Option<&'p str>,
    scope: Option<&'p str>,
    resource: Vec<&'p str>,
}

impl<'p> DeviceAuthorizationRequest<'p> {
    /// Reads the parameters (TK-02).
    ///
    /// # Errors
    /// `invalid_request` for one that was sent twice or as a list.
    pub fn read(params: &'p Params) -> Result<Self, OAuthError> {
        Ok(typed_params::read(params).map_err(repeated)?.request)
    }

    /// Returns the client credentials of the request.
    pub const fn client(&self) -> ClientParameters<'p> {
        ClientParameters {
            id: self.client_id,
            secret: self.client_secret,
            assertion: self.client_assertion,
            assertion_type: self.client_assertion_type,
        }
    }

    /// Decides what the device may ask a person for (AZ-20, AZ-21, AZ-23).
    ///
    /// # Errors
    /// `invalid_scope` or `invalid_target`.
    pub fn access(&self, entitlement: Entitlement<'_>) -> Result<RequestedAccess, OAuthError> {
        authorize::access(self.scope, &self.resource, entitlement)
    }
}

/// What a person did about the request of a device (column `device_status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Nobody has entered the user code.
    Pending,
    /// A person entered the user code; nobody else can decide now (DV-06).
    Claimed,
    /// The person allowed it.
    Approved,
    /// The person refused it.
    Denied,
}

impl DeviceStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Claimed, Self::Approved, Self::Denied];

    /// The word in the column `device_status`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "claimed",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }

    /// Reads the word in the column `device_status`.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// The letters of user codes (RFC 8628 §6.1): no vowels, so that no words come about, and no `Y`, which some
/// people read as one; no digits, which look like letters.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Letters of a user code: 20⁸ codes are 34.5 bits.
const LENGTH: usize = 8;

/// Longest text that is read as a user code, bytes.
const LONGEST: usize = 64;

/// The code that a device shows and a person types (RFC 8628 §3.2): 8 letters. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl std::fmt::Debug for UserCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl UserCode {
    /// Makes a code of random bytes; `None` if too many of them had to be dropped, so that every letter is
    /// equally likely.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let letters = bytes.iter().copied();
        let letters = letters.filter(|byte| *byte < 240);
        let letters = letters.filter_map(|byte| LETTERS.get(usize::from(byte % 20)));
        let code: String = letters.take(LENGTH).copied().map(char::from).collect();
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// Reads what a person typed: letters in any case, with spaces and dashes anywhere (RFC 8628 §6.1).
    pub fn read(typed: &str) -> Option<Self> {
        if typed.len() > LONGEST {
            return None;
        }
        let is_letter = |character: &char| !(character.is_whitespace() || is_dash(*character));
        let letters = typed.chars().filter(is_letter);
        let code: String = letters.flat_map(char::to_uppercase).collect();
        let known = code.bytes().all(|byte| LETTERS.contains(&byte));
        (code.len() == LENGTH && known).then_some(Self(code))
    }

    /// The code in two groups, as devices and pages show it: `XXXX-XXXX`.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at(LENGTH / 2);
        format!("{first}-{second}")
    }
}

/// Dashes that keyboards and typography put between groups.
const fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}'
    )
}

/// The key of the stored form of user codes (ID-02). A plain hash of 34 bits falls in seconds to whoever has a
/// copy of the table.
#[derive(Clone)]
pub struct UserCodeKey(hmac::Key);

impl std::fmt::Debug for UserCodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl UserCodeKey {
    /// Derives the key from the root secret of the server.
    pub fn new(root: &str) -> Self {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]);
        let key = salt.extract(root.as_bytes());
        let key = key.expand(&[b"user-code"], hmac::HMAC_SHA256);
        // HKDF refuses outputs of more than 255 hashes; a key is one.
        Self(key.map_or_else(
            |_| hmac::Key::new(hmac::HMAC_SHA256, root.as_bytes()),
            hmac::Key::from,
        ))
    }

    /// Returns the form in which the code is stored and found.
    pub fn hash(&self, code: &UserCode) -> SecretHash {
        let tag = hmac::sign(&self.0, code.0.as_bytes());
        let mut bytes = [0; 32];
        for (byte, of_tag) in bytes.iter_mut().zip(tag.as_ref()) {
            *byte = *of_tag;
        }
        SecretHash(bytes)
    }
}

/// Returns the interaction id of the request with this stored user code. One follows from the other, so that
/// the code finds the request by the one index that interactions have.
pub fn interaction_id(user_code: &SecretHash) -> String {
    let mut id = hash(Purpose::DeviceInteraction, &user_code.to_text()).to_text();
    id.truncate(22);
    id
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(typed: &str) -> Option<String> {
        UserCode::read(typed).map(|code| code.shown())
    }

    #[rstest]
    #[case::as_shown("BCDF-GHJK")]
    #[case::lower_case("bcdf-ghjk")]
    #[case::without_dash("BCDFGHJK")]
    #[case::spaces(" bC df  gh\tjK ")]
    #[case::dashes_anywhere("b-c-d-f-g-h-j-k")]
    #[case::a_long_dash("BCDF\u{2013}GHJK")]
    #[case::wide_space("BCDF\u{3000}GHJK")]
    fn c191_a_code_is_read_however_it_is_typed(#[case] typed: &str) {
        assert_eq!(read(typed).as_deref(), Some("BCDF-GHJK"));
    }

    #[rstest]
    #[case("")]
    #[case("BCDF-GHJ")]
    #[case("BCDF-GHJKL")]
    #[case("BCDF-GHJA")]
    #[case("BCDF-GHJ0")]
    #[case("BCDF-GHJ\u{df}")]
    #[case("BCDF-GHJ\u{212a}")]
    #[case("BCDF+GHJK")]
    fn c191_what_is_no_code(#[case] typed: &str) {
        assert_eq!(read(typed), None);
    }

    #[test]
    fn c191_a_long_text_is_not_looked_at() {
        assert_eq!(read(&format!("BCDFGHJK{}", " ".repeat(60))), None);
    }

    /// Every letter is as likely as the others, and a byte that would favour one is dropped.
    #[test]
    fn c191_letters_are_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for byte in 0..=u8::MAX {
            let Some(code) = UserCode::from_bytes(&[byte; 32]) else {
                assert!(byte >= 240);
                continue;
            };
            *counts.entry(code.shown()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), LETTERS.len());
        assert!(counts.values().all(|count| *count == 12));
        // At least 34 bits.
        assert!(LETTERS.len().pow(u32::try_from(LENGTH).unwrap()) > 1 << 34);
    }

    #[test]
    fn id_02_the_stored_form_depends_on_the_key() {
        let code = UserCode::read("BCDF-GHJK").unwrap();
        let (one, other) = (UserCodeKey::new("one"), UserCodeKey::new("other"));
        assert_eq!(one.hash(&code), UserCodeKey::new("one").hash(&code));
        assert_ne!(one.hash(&code), other.hash(&code));
        assert_eq!(format!("{code:?} {one:?}"), "[redacted] [redacted]");
        assert_eq!(interaction_id(&one.hash(&code)).len(), 22);
    }

    #[test]
    fn a_status_is_read_as_it_was_written() {
        for status in DeviceStatus::ALL {
            assert_eq!(DeviceStatus::read(status.as_str()), Some(status));
        }
        assert_eq!(DeviceStatus::read("done"), None);
    }
}
