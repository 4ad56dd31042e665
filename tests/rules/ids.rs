//! Ids of rules: two capital letters, a dash and two digits.

/// The ids in a line.
pub fn in_text(line: &str) -> Vec<String> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        .filter(|word| is_id(word))
        .map(str::to_owned)
        .collect()
}

pub fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(letters, digits)| {
        letters.len() == 2
            && letters.bytes().all(|byte| byte.is_ascii_uppercase())
            && digits.len() == 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The ids at the beginning of a function's name: `fn c021_nx_02_nx_05_…` is a test of NX-02 and
/// NX-05, and the security case 21.
pub fn of_test(line: &str) -> Vec<String> {
    let Some((_, name)) = line.split_once("fn ") else {
        return Vec::new();
    };
    let words: Vec<&str> = name.split(['_', '(', '<']).collect();
    let mut found = Vec::new();
    let mut rest = words.as_slice();
    while let [first, others @ ..] = rest {
        rest = match others {
            ["and", ..] => others,
            [second, others @ ..] if is_id_in_a_name(first, second) => {
                found.push(format!("{first}-{second}").to_uppercase());
                others
            }
            _ if is_case(first) || (*first == "and" && !found.is_empty()) => others,
            _ => return found,
        };
    }
    found
}

fn is_id_in_a_name(letters: &str, digits: &str) -> bool {
    letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && is_id(&format!("{letters}-{digits}").to_uppercase())
}

/// The number of a security case, `c021`.
fn is_case(word: &str) -> bool {
    let digits = word.strip_prefix('c').unwrap_or_default();
    digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn ids_are_found_in_texts_and_in_names_of_tests() {
    let text = "a TK-12, (AZ-07); XTK-13 TK-131 TK-1 tk-12 UTF-8";
    assert_eq!(in_text(text), ["TK-12", "AZ-07"]);
    let named = of_test("    async fn c021_nx_02_nx_05_prompt_of_10_words() {");
    assert_eq!(named, ["NX-02", "NX-05"]);
    let named = of_test("fn os_10_and_os_17_a_cleanup_is_seen() {");
    assert_eq!(named, ["OS-10", "OS-17"]);
    let named = of_test("fn rg_05_c258_types(#[case] members: Value) {");
    assert_eq!(named, ["RG-05"]);
    assert!(of_test("fn a_list_of_10_words() {").is_empty());
}
