use rstest::rstest;

use super::{Difference, Marked};

fn find(registered: &[&str], sent: &str) -> Difference {
    let registered: Vec<String> = registered.iter().map(ToString::to_string).collect();
    Difference::find(&registered, sent).unwrap()
}

#[rstest]
#[case(
    "https://a.example/cb/",
    "the trailing slash: registered without it, sent with it"
)]
#[case("http://a.example/cb", "the scheme: registered https, sent http")]
#[case(
    "https://www.a.example/cb",
    "the host: registered a.example, sent www.a.example"
)]
#[case(
    "https://A.example/cb",
    "upper and lower case of the host: registered a.example, sent A.example"
)]
#[case("https://a.example:8443/cb", "the port: registered none, sent 8443")]
#[case(
    "https://a.example/callback",
    "the path: registered /cb, sent /callback"
)]
#[case(
    "https://a.example/CB",
    "upper and lower case of the path: registered /cb, sent /CB"
)]
#[case(
    "https://a.example/cb?x=1",
    "the query: none is registered, one was sent"
)]
#[case(
    "https://a.example/cb#x",
    "the fragment, which no redirect URI may have"
)]
#[case(
    "https://u@a.example/cb",
    "the user information, which no redirect URI may have"
)]
#[case(
    "http://a.example:80/cb",
    "the scheme: registered https, sent http; the port: registered none, sent 80"
)]
fn s_d6_the_part_that_differs_is_named(#[case] sent: &str, #[case] words: &str) {
    let difference = find(&["https://a.example/cb"], sent);
    assert_eq!(difference.words, words);
}

#[rstest]
#[case("http://localhost:3000/cb", "http://localhost:3000/cb/")]
#[case("https://a.example/callback", "https://a.example/cb")]
#[case("com.example.app:/cb", "com.example.app://cb")]
fn s_d6_the_nearest_is_named(#[case] registered: &str, #[case] sent: &str) {
    let difference = find(
        &["https://b.example/", registered, "https://c.example/x"],
        sent,
    );
    let Marked {
        before,
        differs,
        after,
    } = difference.registered;
    assert_eq!(format!("{before}{differs}{after}"), registered);
}

#[test]
fn s_d6_the_difference_is_marked_in_both_texts() {
    let difference = find(&["https://a.example/cb"], "https://a.example:81/cb");
    assert_eq!(difference.sent.before, "https://a.example");
    assert_eq!(difference.sent.differs, ":81");
    assert_eq!(difference.sent.after, "/cb");
    assert_eq!(difference.registered.differs, "");
}

#[test]
fn s_d6_any_text_may_be_sent() {
    for sent in [
        "",
        ":",
        "/",
        "é",
        "a\u{1F600}b",
        "https://",
        "://@:",
        "?#",
        "%",
    ] {
        let difference = find(&["https://é.example/\u{1F600}", "https://a.example"], sent);
        assert!(!difference.words.is_empty(), "{sent}");
    }
    assert_eq!(Difference::find(&[], "https://a.example"), None);
}
