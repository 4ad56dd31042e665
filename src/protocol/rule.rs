//! Ids of the rules of `docs/rules.md`.

use std::fmt;

use serde::Serialize;

/// The id of a rule, such as `TK-12`: two capital letters, a dash and two digits. It is told to people in
/// logs, events and documents; no decision depends on its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RuleId(&'static str);

impl RuleId {
    /// Makes an id of its text. In a constant a malformed one does not compile.
    ///
    /// # Panics
    /// When the text does not have the form of an id.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        assert!(
            matches!(
                id.as_bytes(),
                [b'A'..=b'Z', b'A'..=b'Z', b'-', b'0'..=b'9', b'0'..=b'9']
            ),
            "the id of a rule is two capital letters, a dash and two digits"
        );
        Self(id)
    }

    /// Returns the text of the id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The [`RuleId`] of a literal, whose form is checked when this crate is compiled.
macro_rules! rule {
    ($id:literal) => {
        const { $crate::protocol::rule::RuleId::new($id) }
    };
}
pub(crate) use rule;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn an_id_is_shown_as_it_is_written() {
        let id = rule!("TK-12");
        assert_eq!(id.to_string(), "TK-12");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"TK-12\"");
    }

    #[rstest]
    #[case("")]
    #[case("TK-1")]
    #[case("TK-123")]
    #[case("TK_12")]
    #[case("tk-12")]
    #[case("T-12")]
    #[case("TK-1a")]
    #[should_panic(expected = "two capital letters, a dash and two digits")]
    fn other_texts_are_no_ids(#[case] text: &'static str) {
        let _ = RuleId::new(text);
    }
}
