//! Compares passwords, in the time of a hash even where there is no hash to compare with.

use std::sync::LazyLock;

use loco_rs::hash;

/// The hash to compare with where nobody has the login, so that the response takes as long as for a
/// known login (ASVS 6.3.8).
static NOBODYS_PASSWORD: LazyLock<String> =
    LazyLock::new(|| hash::hash_password(&hash::random_string(32)).unwrap_or_default());

/// Whether `known` is the hash of this password. Hashes on the calling thread in any case.
pub fn matches(password: &str, known: Option<&str>) -> bool {
    let is_right = hash::verify_password(password, known.unwrap_or(&NOBODYS_PASSWORD));
    is_right && known.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_somebody_matches() {
        let known = hash::hash_password("correct horse").unwrap();
        assert!(matches("correct horse", Some(&known)));
        assert!(!matches("wrong horse", Some(&known)));
        assert!(!matches("correct horse", None));
        assert!(!matches("", Some("")));
    }

    /// Where nobody has the login, the comparison takes a hash, too.
    #[test]
    fn s_b11_nobodys_password_is_a_hash() {
        assert!(NOBODYS_PASSWORD.starts_with("$argon2id$"));
    }
}
