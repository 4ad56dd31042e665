//! The list of rules, one line for each: `- <a id="tk-12"></a>**TK-12** A sentence. *A standard*`.

use super::{RULES, ids::is_id, sources::source};

/// An entry of the list.
pub struct Entry {
    /// `path:line`.
    pub place: String,
    pub id: String,
    pub sentence: String,
    pub standard: String,
}

/// The entries in the order of the list.
pub fn entries() -> Vec<Entry> {
    let rules = source(RULES);
    let entries: Vec<Entry> = { rules.lines() }
        .filter(|line| line.text.contains("<a id="))
        .map(|line| {
            let place = format!("{RULES}:{}", line.number);
            entry(&place, line.text).unwrap_or_else(|| {
                panic!(
                    "{place}: write an entry as `- <a id=\"tk-12\"></a>**TK-12** A sentence. *RFC \
                     7636*`, in one line and with its id as the anchor"
                )
            })
        })
        .collect();
    assert!(!entries.is_empty(), "{RULES} has no entries");
    entries
}

fn entry(place: &str, line: &str) -> Option<Entry> {
    let (anchor, rest) = line.strip_prefix("- <a id=\"")?.split_once("\"></a>**")?;
    let (id, rest) = rest.split_once("** ")?;
    let (sentence, standard) = rest.strip_suffix('*')?.rsplit_once(" *")?;
    let good = is_id(id) && anchor == id.to_lowercase() && !standard.is_empty();
    good.then(|| Entry {
        place: place.to_owned(),
        id: id.to_owned(),
        sentence: sentence.to_owned(),
        standard: standard.to_owned(),
    })
}

#[test]
fn an_entry_has_its_anchor_its_sentence_and_its_standard() {
    let read = |line: &str| entry("", line).is_some();
    assert!(read(
        "- <a id=\"tk-12\"></a>**TK-12** A sentence. *RFC 7636*"
    ));
    assert!(!read(
        "- <a id=\"tk-13\"></a>**TK-12** A sentence. *RFC 7636*"
    ));
    assert!(!read("- <a id=\"tk-12\"></a>**TK-12** A sentence."));
    assert!(!read("- <a id=\"tk-12\"></a>**TK-12** A sentence. **"));
}
