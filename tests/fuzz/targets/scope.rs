//! Target `scope`: two lines, two `scope` parameters.

use crate::protocol::scope::Scopes;

/// Reading, writing and the arithmetic of scopes (RFC 6749 §3.3, GE-10).
pub fn scope(data: &[u8]) {
    let Some([left, right]) = super::lines(data) else {
        return;
    };
    let (Some(left), Some(right)) = (read(left), read(right)) else {
        return;
    };
    let (both, all, rest) = (
        left.intersection(&right),
        left.union(&right),
        left.difference(&right),
    );
    assert!(both.is_subset_of(&left) && both.is_subset_of(&right));
    assert!(left.is_subset_of(&all) && right.is_subset_of(&all));
    assert!(rest.iter().all(|scope| !right.contains(scope)));
    assert_eq!(
        both.as_slice().len() + rest.as_slice().len(),
        left.as_slice().len()
    );
    assert_eq!(left.is_subset_of(&right), rest.is_empty());
}

/// What is read is stable, without repetition, and of the characters that are allowed.
fn read(text: &str) -> Option<Scopes> {
    let allowed = |byte: u8| byte == b' ' || (0x21..=0x7E).contains(&byte);
    let spelled = text.bytes().all(allowed) && !text.contains(['"', '\\']);
    let scopes = Scopes::parse(text).ok();
    assert_eq!(scopes.is_some(), spelled, "{text:?}");
    let scopes = scopes?;
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_ascii_whitespace() {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    assert_eq!(scopes.iter().collect::<Vec<_>>(), words);
    assert_eq!(Scopes::parse(&scopes.to_string()).as_ref(), Ok(&scopes));
    let json = serde_json::to_value(&scopes).unwrap_or_default();
    assert_eq!(
        serde_json::from_value::<Scopes>(json).ok(),
        Some(scopes.clone())
    );
    Some(scopes)
}
