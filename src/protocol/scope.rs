//! Scopes (RFC 6749 §3.3): syntax, and sets that keep the order of the request (GE-10).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Scopes that exist on every server: OpenID Connect Core §5.4 and §11.
pub const STANDARD: [&str; 4] = ["openid", "profile", "email", OFFLINE_ACCESS];

/// Scopes that speak about a person or a person's grant: never a machine's, and of no API.
pub const PERSONAL: [&str; 6] = [
    OPENID,
    "profile",
    "email",
    "address",
    "phone",
    OFFLINE_ACCESS,
];

/// Asks for a refresh token that outlives the session (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";

/// Makes a request an OpenID request (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";

/// A scope value holds a character outside `%x21 / %x23-5B / %x5D-7E`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope holds a character that RFC 6749 section 3.3 does not allow")]
pub struct ScopeError;

/// Whether `text` is a `scope-token` of RFC 6749 §3.3.
#[must_use]
pub fn is_scope_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// A set of scopes in the order of first mention, without repetition (GE-10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Reads a `scope` parameter: tokens between spaces.
    ///
    /// # Errors
    /// A character that RFC 6749 §3.3 does not allow (AZ-20).
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        if words.clone().all(is_scope_token) {
            Ok(words.collect())
        } else {
            Err(ScopeError)
        }
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every scope of this set is in `other`.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|scope| other.contains(scope))
    }

    /// The scopes of this set that are in `other` too, in the order of this set.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.filtered(|scope| other.contains(scope))
    }

    /// The scopes of this set that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.filtered(|scope| !other.contains(scope))
    }

    /// This set, then what `other` adds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// The scopes for which `keep` says yes.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|s| keep(s)).cloned().collect())
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(String::as_str)
    }

    /// The scopes in order.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl<S: AsRef<str>> FromIterator<S> for Scopes {
    fn from_iter<I: IntoIterator<Item = S>>(scopes: I) -> Self {
        let mut set = Self::default();
        for scope in scopes {
            if !set.contains(scope.as_ref()) {
                set.0.push(scope.as_ref().to_owned());
            }
        }
        set
    }
}

impl From<Vec<String>> for Scopes {
    fn from(scopes: Vec<String>) -> Self {
        scopes.into_iter().collect()
    }
}

impl From<Scopes> for Vec<String> {
    fn from(scopes: Scopes) -> Self {
        scopes.0
    }
}

/// Space-separated, as on the wire.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn set(text: &str) -> Scopes {
        Scopes::parse(text).expect("valid scope")
    }

    #[rstest]
    #[case("openid", true)]
    #[case("mcp:read", true)]
    #[case("https://api.example/scope!", true)]
    #[case("", false)]
    #[case("a b", false)]
    #[case("a\"b", false)]
    #[case("a\\b", false)]
    #[case("a\tb", false)]
    #[case("ä", false)]
    #[case("a\u{7f}", false)]
    fn az_20_scope_syntax(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(is_scope_token(text), valid);
    }

    #[rstest]
    #[case("openid\tread")]
    #[case("openid re\"ad")]
    #[case("openid \n")]
    fn az_20_one_bad_word_spoils_the_parameter(#[case] text: &str) {
        assert_eq!(Scopes::parse(text), Err(ScopeError));
    }

    #[test]
    fn ge_10_order_of_the_request_without_repetition() {
        assert_eq!(
            set("write  openid write read ").to_string(),
            "write openid read"
        );
        assert!(set("").is_empty());
    }

    #[test]
    fn ge_10_operations_keep_the_order_of_the_left_side() {
        let (left, right) = (set("c a b"), set("b d c"));
        assert_eq!(left.intersection(&right), set("c b"));
        assert_eq!(left.difference(&right), set("a"));
        assert_eq!(left.union(&right), set("c a b d"));
        assert!(set("b c").is_subset_of(&left));
        assert!(!right.is_subset_of(&left));
        assert!(set("").is_subset_of(&left));
    }
}
