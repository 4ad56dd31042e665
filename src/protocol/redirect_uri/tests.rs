use rstest::rstest;

use super::{
    ApplicationType::{Native, Web},
    RedirectUriError as E, *,
};

/// With one scheme without a dot that the operator lists.
fn check(uri: &str) -> Result<(), E> {
    super::check(uri, &["cursor".to_owned(), "javascript".to_owned()])
}

#[rstest]
#[case("https://app.example/cb")]
#[case("https://app.example")]
#[case("https://app.example:8443/cb?tenant=1")]
#[case("https://APP.example/cb")]
#[case("https://xn--bcher-kva.example/cb")]
#[case("https://192.0.2.1/cb")]
#[case("https://[2001:db8::1]/cb")]
#[case("http://127.0.0.1/cb")]
#[case("http://127.0.0.1:51004/cb")]
#[case("http://[::1]:61023/cb")]
#[case("http://localhost:3000/cb")]
#[case("http://localhost")]
fn s13_3_may_be_registered(#[case] uri: &str) {
    assert_eq!(check(uri), Ok(()));
}

#[rstest]
#[case("com.example.app:/cb", Ok(()))]
#[case("com.example.app:/oauth2redirect/provider?x=1", Ok(()))]
#[case("com.example.App:/", Ok(()))]
#[case("com.example.app://cb", Ok(()))]
#[case("com.example.app:///cb", Ok(()))]
#[case("app.immich:///oauth-callback", Ok(()))]
#[case("com.example.app://host:80/cb", Ok(()))]
#[case("com.example.app:////cb", Err(E::PrivateSchemeForm))]
#[case("com.example.app:cb", Err(E::PrivateSchemeForm))]
#[case("com.example.app:", Err(E::PrivateSchemeForm))]
#[case("com.example.app:/a/../cb", Err(E::DotSegment))]
#[case("com.example.app://a/%2e%2E/cb", Err(E::DotSegment))]
#[case("com.example.app://../cb", Err(E::DotSegment))]
#[case("com.example.app://me@host/cb", Err(E::UserInformation))]
#[case("com.example.app://me:secret@host", Err(E::UserInformation))]
#[case("com.example.app:/me@host", Ok(()))]
#[case("cursor://anysphere.cursor-mcp/oauth/callback", Ok(()))]
#[case("CURSOR:/cb", Ok(()))]
#[case("cursor:///cb", Ok(()))]
#[case("cursor:cb", Err(E::PrivateSchemeForm))]
#[case("cursor://me@host/cb", Err(E::UserInformation))]
#[case("cursors://cb", Err(E::UnlistedScheme))]
#[case("myapp:/cb", Err(E::UnlistedScheme))]
#[case("com..app:/cb", Err(E::ForbiddenScheme))]
#[case("com.example-:/cb", Err(E::ForbiddenScheme))]
#[case("com.example+x:/cb", Err(E::ForbiddenScheme))]
fn c009_private_schemes(#[case] uri: &str, #[case] expected: Result<(), E>) {
    assert_eq!(check(uri), expected);
}

#[rstest]
#[case("javascript:alert(1)")]
#[case("javascript://app.example/%0aalert(1)")]
#[case("JavaScript:/alert(1)")]
#[case("data:text/html,x")]
#[case("vbscript:x")]
#[case("file:///etc/passwd")]
#[case("blob:https://app.example/x")]
#[case("about:blank")]
#[case("ftp://app.example/cb")]
#[case("view-source:https://app.example/")]
#[case("ws://app.example/cb")]
fn c143_dangerous_schemes(#[case] uri: &str) {
    assert_eq!(check(uri), Err(E::ForbiddenScheme));
    // Whatever the operator lists.
    let scheme = uri.split(':').next().unwrap_or_default().to_owned();
    assert_eq!(super::check(uri, &[scheme]), Err(E::ForbiddenScheme));
}

#[test]
fn c143_out_of_band() {
    assert_eq!(check("urn:ietf:wg:oauth:2.0:oob"), Err(E::UnlistedScheme));
}

#[rstest]
#[case("https://app.example/cb#x")]
#[case("https://app.example/cb#")]
#[case("com.example.app:/cb#")]
fn c144_fragments(#[case] uri: &str) {
    assert_eq!(check(uri), Err(E::Fragment));
}

#[rstest]
#[case("http://app.example/cb")]
#[case("http://localhost.evil.example/cb")]
#[case("http://127.0.0.1.evil.example/cb")]
#[case("http://127.0.0.2/cb")]
#[case("http://127.1/cb")]
#[case("http://2130706433/cb")]
#[case("http://[::ffff:127.0.0.1]/cb")]
#[case("http://[0:0:0:0:0:0:0:1]/cb")]
#[case("http://LOCALHOST/cb")]
#[case("http://localhost./cb")]
#[case("http://0.0.0.0/cb")]
fn c145_plain_http(#[case] uri: &str) {
    assert_eq!(check(uri), Err(E::PlainHttp));
}

/// Fuzzing found answers with two codes (AR-01).
#[rstest]
#[case("https://app.example/cb?code=x", false)]
#[case("https://app.example/cb?a=b&state", false)]
#[case("https://app.example/cb?%69ss=x", false)]
#[case("com.example.app:/cb?error=x", false)]
#[case("https://app.example/cb?error_description=x", false)]
#[case("https://app.example/cb?Code=x&codes=y&a=code", true)]
#[case("https://app.example/code=x?", true)]
fn ar_01_parameters_of_answers_are_not_registered(#[case] uri: &str, #[case] good: bool) {
    let checked = check(uri);
    assert_eq!(checked.err(), (!good).then_some(E::ResponseParameter));
}

#[rstest]
#[case("https://*.example/cb")]
#[case("https://app.example/*")]
fn c146_wildcards(#[case] uri: &str) {
    assert_eq!(check(uri), Err(E::Wildcard));
}

#[rstest]
#[case("https://u:p@app.example/cb", E::UserInformation)]
#[case("https://@app.example/cb", E::UserInformation)]
#[case("https://app.example@evil.example/cb", E::UserInformation)]
#[case("http://localhost:1@evil.example/cb", E::UserInformation)]
#[case("https://app .example/cb", E::Characters)]
#[case("https://app.example/\tcb", E::Characters)]
#[case("https://app.example/\u{e9}", E::Characters)]
#[case("", E::Characters)]
#[case("/cb", E::NotAbsolute)]
#[case("//app.example/cb", E::NotAbsolute)]
#[case("app.example/cb", E::NotAbsolute)]
#[case("https:app.example/cb", E::NotAbsolute)]
#[case("https:/app.example/cb", E::NotAbsolute)]
#[case("https:///app.example/cb", E::NotAbsolute)]
#[case("https://", E::NotAbsolute)]
#[case("https://app.example:/cb", E::NotAbsolute)]
#[case("https://app.example:0/cb", E::NotAbsolute)]
#[case("https://app.example:65536/cb", E::NotAbsolute)]
#[case("https://app.example:44x/cb", E::NotAbsolute)]
#[case("http://localhost:80.evil.example/cb", E::NotAbsolute)]
#[case("https://app.example\\@evil.example/cb", E::Backslash)]
#[case("https://app.example/a/../cb", E::DotSegment)]
#[case("https://app.example/a/%2E%2e/cb", E::DotSegment)]
#[case("https://app.example/./cb", E::DotSegment)]
#[case("https://0x7f.1/cb", E::Host)]
#[case("https://ex%61mple.com/cb", E::Host)]
fn c147_malformed(#[case] uri: &str, #[case] error: RedirectUriError) {
    assert_eq!(check(uri), Err(error));
}

#[test]
fn c147_length() {
    let start = "https://app.example/";
    let longest = format!("{start}{}", "a".repeat(2000 - start.len()));
    assert_eq!(check(&longest), Ok(()));
    assert_eq!(check(&format!("{longest}a")), Err(E::Characters));
}

#[rstest]
#[case("https://app.example/cb", true)]
#[case("https://app.example/cb/", false)]
#[case("https://app.example/CB", false)]
#[case("https://app.example/cb?x=1", false)]
#[case("https://app.example:443/cb", false)]
#[case("https://app.example/%63b", false)]
#[case("https://APP.example/cb", false)]
#[case("https://app.example:8443/cb", false)]
#[case("", false)]
fn c003_c008_ru_01_https_is_matched_byte_for_byte(#[case] sent: &str, #[case] expected: bool) {
    let registered = ["https://app.example/cb".to_string()];
    assert_eq!(matches(&registered, sent, Web), expected);
    assert_eq!(matches(&registered, sent, Native), expected);
}

#[rstest]
#[case("http://127.0.0.1/cb", "http://127.0.0.1/cb", true)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true)]
#[case("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb", true)]
#[case("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb", true)]
#[case("http://[::1]/cb", "http://[::1]:61023/cb", true)]
#[case("http://localhost/cb", "http://localhost:3000/cb", true)]
#[case("http://localhost", "http://localhost:3000", true)]
#[case("http://localhost/cb?a=1", "http://localhost:3000/cb?a=1", true)]
#[case("http://localhost/cb", "http://127.0.0.1/cb", false)]
#[case("http://127.0.0.1/cb", "http://localhost/cb", false)]
#[case("http://127.0.0.1/cb", "http://[::1]/cb", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb/", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?x=1", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", false)]
#[case("http://127.0.0.1/cb", "http://127.0.0.1:1.evil.example/cb", false)]
#[case("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", false)]
fn c007_ru_02_loopback_of_native_clients(
    #[case] registered: &str,
    #[case] sent: &str,
    #[case] expected: bool,
) {
    let registered = [registered.to_string()];
    assert_eq!(matches(&registered, sent, Native), expected);
}

#[test]
fn ru_02_web_clients_have_exact_ports() {
    let registered = ["http://localhost:3000/cb".to_string()];
    assert!(matches(&registered, "http://localhost:3000/cb", Web));
    assert!(!matches(&registered, "http://localhost:3001/cb", Web));
}

#[test]
fn c009_ru_01_private_scheme() {
    let registered = ["com.example.app:/cb".to_string()];
    assert!(matches(&registered, "com.example.app:/cb", Native));
    assert!(!matches(&registered, "com.example.app://cb", Native));
}

#[test]
fn ru_03_text_that_does_not_parse_never_matches() {
    let registered = ["not a uri".to_string()];
    assert!(!matches(&registered, "not a uri", Web));
}

#[test]
fn classification() {
    assert_eq!(
        host("https://APP.example:8443/cb").as_deref(),
        Some("app.example")
    );
    assert_eq!(host("com.example.app:/cb"), None);
    assert_eq!(
        private_scheme("com.example.app:/cb"),
        Some("com.example.app")
    );
    assert_eq!(private_scheme("https://app.example"), None);
    assert_eq!(private_scheme("cursor://x/cb"), Some("cursor"));
    assert_eq!(private_scheme("javascript:/x"), None);
    assert_eq!(dotless_scheme("cursor://x/cb"), Some("cursor"));
    assert_eq!(dotless_scheme("com.example.app:/cb"), None);
    assert!(is_dotless("web+notes") && !is_dotless("com.example") && !is_dotless("a://"));
    assert!(is_loopback("http://[::1]:1/cb"));
    assert!(!is_loopback("https://localhost/cb"));
}

#[rstest]
#[case(&["http://127.0.0.1/cb", "com.example.app:/cb"], Native)]
#[case(&["http://127.0.0.1/cb", "https://app.example/cb"], Native)]
#[case(&["https://app.example/cb", "http://localhost:3000/cb"], Native)]
#[case(&["https://app.example/cb", "cursor://x/cb"], Native)]
#[case(&["https://app.example/cb", "https://localhost/cb"], Web)]
#[case(&["https://app.example/cb"], Web)]
#[case(&[], Web)]
fn s13_2_inferred_type(#[case] uris: &[&str], #[case] expected: ApplicationType) {
    let uris: Vec<String> = uris.iter().map(ToString::to_string).collect();
    assert_eq!(infer_application_type(&uris), expected);
}
