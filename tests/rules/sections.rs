//! Sections of standards.

use super::{Mention, sources::Source};

/// The sign before a section; written so that these files have none.
const SIGN: char = '\u{a7}';

/// Names of texts, as they stand before a section. RFCs are recognized by their number.
const STANDARDS: &[&str] = &[
    "Back-Channel Logout",
    "Client ID Metadata Document",
    "Fetch",
    "Identity Assertion JWT Authorization Grant",
    "Multiple Response Type Encoding Practices",
    "OAuth 2.0 Form Post Response Mode",
    "OAuth 2.1",
    "OpenID Connect Core",
    "OpenID Connect Discovery",
    "OpenID Connect Registration",
    "RP-Initiated Logout",
];

/// What may stand between two sections of one standard.
const CONNECTORS: &[&str] = &[",", ", and", " and", " or", " to", "–"];

/// Sections without the name of their standard, which may end the line before.
pub fn bare(source: &Source) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut before = "";
    for line in source.lines() {
        let text = line.text.trim_start_matches([' ', '/', '!', '#', '*', '|']);
        for (at, _) in text.match_indices(SIGN) {
            let (left, section) = text.split_at(at);
            if !names_a_standard(&format!("{before} {left}")) {
                let end = section.find([' ', ',', ';', ')', ':']);
                found.push(Mention {
                    place: format!("{}:{}", source.name, line.number),
                    text: section[..end.unwrap_or(section.len())].to_owned(),
                });
            }
        }
        before = text.trim_end_matches([' ', '\\']);
    }
    found
}

/// Whether a text ends with the name of a standard, or with a list of sections of one.
fn names_a_standard(text: &str) -> bool {
    let text = text.trim_end();
    let before_digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if before_digits.len() < text.len() && before_digits.ends_with("RFC ") {
        return true;
    }
    if STANDARDS.iter().any(|name| text.ends_with(name)) {
        return true;
    }
    CONNECTORS
        .iter()
        .filter_map(|connector| text.strip_suffix(connector))
        .any(ends_with_a_section_of_a_standard)
}

fn ends_with_a_section_of_a_standard(text: &str) -> bool {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '.');
    rest.len() < text.len() && rest.strip_suffix(SIGN).is_some_and(names_a_standard)
}

#[test]
fn a_section_belongs_to_the_standard_before_it() {
    let with_sign = |text: &str| text.replace('S', &SIGN.to_string());
    for text in [
        "RFC 6749 ",
        "(RFC 6749 S4.1, ",
        "OAuth 2.1 S7.5.1 and ",
        "OpenID Connect Core",
    ] {
        assert!(names_a_standard(&with_sign(text)), "{text}");
    }
    for text in ["", "TK-12, ", "RFC ", "as in S4.1, ", "RFC 6749; "] {
        assert!(!names_a_standard(&with_sign(text)), "{text}");
    }
}
