//! The URL that a proof was made for (DP-02, RFC 9449 §4.3).

use url::Url;

/// Whether `htu` names the request at `url`. Query and fragment do not count; scheme, host, port and path are
/// compared in their normal form (RFC 3986 §6.2.2, §6.2.3).
pub(super) fn names(htu: &str, url: &str) -> bool {
    htu == url || normal(htu).is_some_and(|htu| Some(htu) == normal(url))
}

/// The parsed URL has its scheme and host in lower case, no default port and no dots in its path.
fn normal(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let is_plain = url.has_host() && url.username().is_empty() && url.password().is_none();
    let origin = url.origin();
    (is_plain && origin.is_tuple()).then(|| {
        let path = decoded(url.path());
        format!("{}{path}", origin.ascii_serialization())
    })
}

/// Decodes what needs no encoding, and writes the digits of other encodings in upper case.
fn decoded(path: &str) -> String {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        normal.push_str(before);
        let digits = after.get(..2);
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, digits) {
            (Some(byte), _) if is_unreserved(byte) => normal.push(char::from(byte)),
            (_, Some(digits)) => {
                normal.push('%');
                normal.push_str(&digits.to_ascii_uppercase());
            }
            (_, None) => {
                normal.push('%');
                normal.push_str(after);
                return normal;
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    normal.push_str(rest);
    normal
}

/// RFC 3986 §2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::same("https://as.example/oauth/token", true)]
    #[case::query("https://as.example/oauth/token?a=b", true)]
    #[case::fragment("https://as.example/oauth/token#a", true)]
    #[case::both("https://as.example/oauth/token?a=b#c", true)]
    #[case::host("https://AS.Example/oauth/token", true)]
    #[case::scheme("HTTPS://as.example/oauth/token", true)]
    #[case::port("https://as.example:443/oauth/token", true)]
    #[case::dots("https://as.example/x/../oauth/./token", true)]
    #[case::encoded("https://as.example/oaut%68/token", true)]
    #[case::other_scheme("http://as.example/oauth/token", false)]
    #[case::other_port("https://as.example:8443/oauth/token", false)]
    #[case::other_host("https://as.example.org/oauth/token", false)]
    #[case::user("https://user@as.example/oauth/token", false)]
    #[case::other_path("https://as.example/oauth/tokens", false)]
    #[case::slash("https://as.example/oauth/token/", false)]
    #[case::case_of_path("https://as.example/OAuth/token", false)]
    #[case::no_path("https://as.example", false)]
    #[case::path_alone("/oauth/token", false)]
    #[case::no_url("token", false)]
    #[case::empty("", false)]
    #[case::data("data:text/plain,x", false)]
    #[case::half("https://as.example/oauth/token%", false)]
    fn dp_02_the_url_of_a_proof(#[case] htu: &str, #[case] expected: bool) {
        assert_eq!(names(htu, "https://as.example/oauth/token"), expected);
    }

    #[rstest]
    #[case("/a%7eb", "/a~b")]
    #[case("/a%2fb", "/a%2Fb")]
    #[case("/a%zzb", "/a%ZZb")]
    #[case("/a%", "/a%")]
    #[case("/a%2", "/a%2")]
    #[case("/%61%20%c3%a9", "/a%20%C3%A9")]
    #[case("/é%", "/é%")]
    #[case("/%é", "/%é")]
    fn dp_02_encodings(#[case] path: &str, #[case] expected: &str) {
        assert_eq!(decoded(path), expected);
    }

    #[test]
    fn dp_02_a_root_needs_no_slash_and_a_query_in_the_request_counts_as_little() {
        assert!(names("https://as.example", "https://as.example/"));
        assert!(names("https://as.example/a", "https://as.example/a?b=c"));
    }
}
