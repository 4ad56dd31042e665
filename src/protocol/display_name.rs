//! Names that clients gave themselves, made fit to be shown (PG-09).

/// Most characters of a name on a page.
const MAX_SHOWN: usize = 100;

/// Most combining marks on one character: enough for every living script, too few to paint over
/// neighbouring lines.
const MAX_MARKS: usize = 3;

/// The name without characters that hide or disguise something, or `None` when nothing is left.
///
/// Control, bidirectional, zero-width and other invisible characters go; white space of any kind
/// becomes one space.
#[must_use]
pub fn clean(name: &str) -> Option<String> {
    let mut cleaned = String::with_capacity(name.len());
    let mut marks = 0;
    let visible = name
        .chars()
        .filter(|&character| character.is_whitespace() || !is_invisible(character));
    for character in visible {
        let at_start = cleaned.is_empty() || cleaned.ends_with(' ');
        if character.is_whitespace() {
            if !at_start {
                cleaned.push(' ');
            }
        } else if is_combining_mark(character) {
            marks += 1;
            if !at_start && marks <= MAX_MARKS {
                cleaned.push(character);
            }
        } else {
            marks = 0;
            cleaned.push(character);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    (!cleaned.is_empty()).then_some(cleaned)
}

/// The name as a page shows it: at most 100 characters, a longer one ends with `…`.
#[must_use]
pub fn shown(name: &str) -> String {
    match name.char_indices().nth(MAX_SHOWN) {
        None => name.to_owned(),
        Some(_) => name.chars().take(MAX_SHOWN - 1).chain(['…']).collect(),
    }
}

/// Characters that take no room, look like a space, or change the order of others.
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' // soft hyphen
            | '\u{034F}' // combining grapheme joiner
            | '\u{061C}' // Arabic letter mark
            | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers
            | '\u{17B4}' | '\u{17B5}' // Khmer inherent vowels
            | '\u{180B}'..='\u{180F}' // Mongolian selectors and vowel separator
            | '\u{200B}'..='\u{200F}' // zero-width characters and direction marks
            | '\u{202A}'..='\u{202E}' // bidirectional embeddings and overrides
            | '\u{2060}'..='\u{206F}' // word joiner, invisible operators, isolates
            | '\u{2800}' // blank Braille pattern
            | '\u{FE00}'..='\u{FE0F}' // variation selectors
            | '\u{FEFF}' // byte order mark
            | '\u{FFF9}'..='\u{FFFB}' // interlinear annotation
            | '\u{1D173}'..='\u{1D17A}' // musical formatting
            | '\u{E0000}'..='\u{E0FFF}' // tags and further selectors
        )
}

/// Marks that are drawn onto the character before them, in the blocks made for them and in the
/// scripts that stack several.
fn is_combining_mark(character: char) -> bool {
    matches!(character,
        '\u{0300}'..='\u{036F}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05BD}'
        | '\u{0610}'..='\u{061A}'
        | '\u{064B}'..='\u{065F}'
        | '\u{06D6}'..='\u{06DC}'
        | '\u{0E34}'..='\u{0E3A}'
        | '\u{0E47}'..='\u{0E4E}'
        | '\u{0F71}'..='\u{0F7E}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{3099}' | '\u{309A}'
        | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Masks an email address as `a…@example.com`: enough to recognise one's own, not to learn
/// another's.
#[must_use]
pub fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let first = local.chars().next().map(String::from).unwrap_or_default();
    if domain.is_empty() {
        format!("{first}…")
    } else {
        format!("{first}…@{domain}")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{clean, shown};

    #[rstest]
    #[case::ordinary("Claude", Some("Claude"))]
    #[case::markup_is_text("<img src=x onerror=alert(1)>", Some("<img src=x onerror=alert(1)>"))]
    #[case::right_to_left_override("Pay\u{202E}lap", Some("Paylap"))]
    #[case::isolates("\u{2066}Bank\u{2069}", Some("Bank"))]
    #[case::zero_width("Go\u{200B}og\u{FEFF}le", Some("Google"))]
    #[case::soft_hyphen("Goo\u{AD}gle", Some("Google"))]
    #[case::line_breaks("My\r\nApp\u{2028}2", Some("My App 2"))]
    #[case::nul_and_escape("A\0\u{1B}[31mB", Some("A[31mB"))]
    #[case::spaces_collapse("  My \u{A0}\u{3000} App\t ", Some("My App"))]
    #[case::space_between_invisible("A \u{200B} B", Some("A B"))]
    #[case::tags("App\u{E0041}\u{E0042}", Some("App"))]
    #[case::blank_that_is_no_space("\u{3164}\u{2800}", None)]
    #[case::only_spaces(" \n\t ", None)]
    #[case::empty("", None)]
    #[case::leading_mark("\u{0301}A", Some("A"))]
    #[case::accents_stay("Zoe\u{0308}", Some("Zoe\u{0308}"))]
    #[case::thai_stays("ที่นี่", Some("ที่นี่"))]
    #[case::japanese_stays("サンプル アプリ", Some("サンプル アプリ"))]
    #[case::arabic_stays("تطبيق", Some("تطبيق"))]
    fn pg_09_names_are_cleaned(#[case] name: &str, #[case] expected: Option<&str>) {
        assert_eq!(clean(name).as_deref(), expected);
    }

    #[test]
    fn pg_09_at_most_three_marks_stay_on_one_character() {
        let name = format!("A{}pp", "\u{0336}".repeat(300));

        assert_eq!(clean(&name).as_deref(), Some("A\u{0336}\u{0336}\u{0336}pp"));
    }

    #[test]
    fn pg_09_cleaning_twice_changes_nothing() {
        let once = clean(" a\u{0301}\u{202E} \u{0301}b \u{200D}").unwrap_or_default();

        assert_eq!(clean(&once), Some(once));
    }

    #[rstest]
    #[case::short(5, 5, false)]
    #[case::exactly_the_limit(100, 100, false)]
    #[case::longer(101, 100, true)]
    #[case::much_longer(5000, 100, true)]
    fn pg_09_at_most_a_hundred_characters_are_shown(
        #[case] length: usize,
        #[case] expected: usize,
        #[case] cut: bool,
    ) {
        let name = shown(&"ä".repeat(length));

        assert_eq!(name.chars().count(), expected);
        assert_eq!(name.ends_with('…'), cut);
    }
}
