//! Cleaning of names that clients choose for themselves (PG-09).

/// Longest name that is shown, in characters.
const MAX_CHARS: usize = 100;

/// `name` without control, bidirectional and zero-width characters, with spaces collapsed, cut
/// to 100 characters. `None` = nothing is left.
#[must_use]
pub fn clean(name: &str) -> Option<String> {
    let visible: String = name.chars().filter_map(visible).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let cut: String = words.join(" ").chars().take(MAX_CHARS).collect();
    let cut = cut.trim_end();
    (!cut.is_empty()).then(|| cut.to_owned())
}

/// White space as a space, nothing for what cannot be seen.
fn visible(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || is_invisible(c) => None,
        c => Some(c),
    }
}

/// Format characters: soft hyphen, Arabic and Mongolian marks, zero-width and bidirectional
/// ones, variation selectors, tags.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Claude", Some("Claude"))]
    #[case("  My \t\n App  ", Some("My App"))]
    #[case("Pay\u{200b}Pal\u{202e}txt", Some("PayPaltxt"))]
    #[case("a\0b\u{7f}c", Some("abc"))]
    #[case("Büro 東京", Some("Büro 東京"))]
    #[case("\u{200b}\u{feff} ", None)]
    #[case("", None)]
    fn pg_09_names_are_cleaned(#[case] name: &str, #[case] expected: Option<&str>) {
        assert_eq!(clean(name).as_deref(), expected);
    }

    #[test]
    fn pg_09_names_are_cut_to_100_characters() {
        assert_eq!(clean(&"ä".repeat(150)), Some("ä".repeat(100)));
    }
}
