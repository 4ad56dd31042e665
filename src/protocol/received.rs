//! How a value of a request may stand in a log line or before a developer.
//!
//! A client sends three kinds of values: secrets, identifiers of somebody, and public values. The
//! code that writes a refusal says which kind a value is, and the text follows from it.

use std::borrow::Cow;

use super::display_name::is_invisible;

/// Most characters of a public value.
const LONGEST: usize = 300;
/// Shortest run of letters and digits that may be a token somebody pasted into the wrong place.
const OPAQUE: usize = 32;

/// A value of a request, by how it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Nothing was sent, or nothing of it explains anything.
    Nothing,
    /// A secret: a code, token, verifier, password or assertion. Only its length is shown.
    Secret(&'a str),
    /// What tells one person or session from another. Its first 4 characters and its length are
    /// shown.
    Identifier(&'a str),
    /// A redirect URI, resource, audience, scope, host, method or the name of a client, which are
    /// known to everybody. Shown in full, but for values in the query of a URL that look like a
    /// secret, and at most 300 characters.
    Public(&'a str),
}

impl Received<'_> {
    /// The text for the operator: on one line, without a secret; empty for nothing.
    #[must_use]
    pub fn shown(self) -> String {
        match self {
            Self::Nothing | Self::Secret("") | Self::Identifier("") | Self::Public("") => {
                String::new()
            }
            Self::Secret(value) => format!("a secret of {} bytes", value.len()),
            Self::Identifier(value) => masked(value),
            Self::Public(value) => public(value),
        }
    }
}

/// `abcd… (17)`: the first 4 characters and the length in bytes.
fn masked(value: &str) -> String {
    let head: String = value.chars().take(4).collect();
    format!("{}… ({})", escaped(&head), value.len())
}

fn public(value: &str) -> String {
    let shown = match value.find(['?', '#']) {
        Some(at) => {
            let (address, query) = value.split_at(at);
            format!("{}{}", address_shown(address), query_shown(query))
        }
        None => address_shown(value),
    };
    let cut = shown.char_indices().nth(LONGEST);
    match cut.and_then(|(at, _)| shown.get(..at)) {
        Some(head) => format!("{}… ({} bytes)", escaped(head), value.len()),
        None => escaped(&shown).into_owned(),
    }
}

/// An address in full but for a password in it; or words, of which none may be a token.
fn address_shown(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return without_tokens(text);
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{path}"),
        None => text.to_owned(),
    }
}

/// The query and the fragment, without values of parameters that have secrets elsewhere.
fn query_shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for part in text.split_inclusive(['?', '#', '&', ';']) {
        let end = part.trim_end_matches(['?', '#', '&', ';']);
        let delimiter = part.get(end.len()..).unwrap_or_default();
        match end.split_once('=') {
            Some((name, value)) if is_secret(name) && !value.is_empty() => {
                shown.extend([name, "=", masked_value(value).as_str()]);
            }
            Some((name, value)) => {
                let (name, value) = (without_tokens(name), without_tokens(value));
                shown.extend([name.as_str(), "=", value.as_str()]);
            }
            None => shown.push_str(&without_tokens(end)),
        }
        shown.push_str(delimiter);
    }
    shown
}

fn masked_value(value: &str) -> String {
    format!("…({})", value.len())
}

/// Whether a parameter of this name has a secret for its value, anywhere in OAuth or beyond.
fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 13] = [
        "token",
        "secret",
        "pass",
        "pwd",
        "assertion",
        "verifier",
        "signature",
        "credential",
        "session",
        "cookie",
        "jwt",
        "hint",
        "otp",
    ];
    const NAMES: [&str; 10] = [
        "code", "state", "nonce", "sid", "sig", "key", "auth", "apikey", "api_key", "ticket",
    ];
    let name: String = url::form_urlencoded::parse(name.as_bytes())
        .map(|(name, _)| name.to_lowercase())
        .collect();
    NAMES.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part))
}

/// Returns the text with every long run that looks random cut to its length.
fn without_tokens(text: &str) -> String {
    let in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '~' | '+' | '%');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = in_run(first);
        let end = rest.find(|c| in_run(c) != inside).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if inside && is_opaque(run) {
            shown.push_str(&masked_value(run));
        } else {
            shown.push_str(run);
        }
        rest = after;
    }
    shown
}

/// Whether the run is long and mixed as no name is.
fn is_opaque(run: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| run.bytes().any(|byte| kind(&byte));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    run.len() >= OPAQUE && (mixed || has(u8::is_ascii_digit))
}

/// Escapes characters that break a line, control a terminal or reorder the displayed text.
fn escaped(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().map(|c| {
        if breaks(c) {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    });
    Cow::Owned(escaped.collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Received;

    const TOKEN: &str = "loco_rt_Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ubw";

    #[rstest]
    #[case::secret(Received::Secret("abcdef"), "a secret of 6 bytes")]
    #[case::no_secret(Received::Secret(""), "")]
    #[case::identifier(Received::Identifier("alice@example.com"), "alic… (17)")]
    #[case::nothing(Received::Nothing, "")]
    fn s_d1_secrets_and_names_are_masked(#[case] received: Received<'_>, #[case] shown: &str) {
        assert_eq!(received.shown(), shown);
    }

    #[rstest]
    #[case("https://app.example/callback")]
    #[case("https://app.example:8443/cb?tenant=1")]
    #[case("http://127.0.0.1:49152/550e8400-e29b-41d4-a716-446655440000/cb")]
    #[case("com.example.app:///oauth-callback")]
    #[case("https://a-very-long-name-of-a-host.department7.example.com/API")]
    #[case("urn:ietf:params:oauth:grant-type:device_code")]
    #[case("https://www.googleapis.com/auth/userinfo.email openid")]
    #[case("an_immensely_long_name_of_a_scope_that_somebody_chose")]
    #[case("https://app.example/cb?code")]
    fn s_d1_public_values_are_in_full(#[case] value: &str) {
        assert_eq!(Received::Public(value).shown(), value);
    }

    #[rstest]
    #[case(
        "https://app.example/cb?code=abc&x=1",
        "https://app.example/cb?code=…(3)&x=1"
    )]
    #[case(
        "https://app.example/cb?a=b#access_token=abc",
        "https://app.example/cb?a=b#access_token=…(3)"
    )]
    #[case(
        "https://app.example/cb?%63ode=abc",
        "https://app.example/cb?%63ode=…(3)"
    )]
    #[case(
        "https://app.example/cb?client_secret=x;y=z",
        "https://app.example/cb?client_secret=…(1);y=z"
    )]
    #[case("https://alice:pa55@app.example/cb", "https://…@app.example/cb")]
    #[case("https://alice:pa@55@app.example", "https://…@app.example")]
    #[case("com.example.app:/cb?password=x", "com.example.app:/cb?password=…(1)")]
    fn s_d1_secrets_in_a_url_are_not_shown(#[case] value: &str, #[case] shown: &str) {
        assert_eq!(Received::Public(value).shown(), shown);
    }

    #[rstest]
    #[case::alone(TOKEN.to_owned())]
    #[case::in_words(format!("openid {TOKEN} email"))]
    #[case::in_a_query(format!("https://app.example/?x={TOKEN}"))]
    #[case::as_a_name(format!("https://app.example/?{TOKEN}=1"))]
    #[case::in_a_fragment(format!("https://app.example/#{TOKEN}"))]
    #[case::encoded(format!("https://app.example/?next=https%3A%2F%2Fb.example%2F%3Fcode%3D{TOKEN}"))]
    fn s_d1_a_token_in_the_wrong_place_is_not_shown(#[case] value: String) {
        let shown = Received::Public(&value).shown();
        assert!(!shown.contains("Zm9v"), "{shown}");
    }

    #[test]
    fn s_d1_public_values_stay_on_their_line_and_within_bounds() {
        let shown = Received::Public("https://a.example/\r\nx\u{1b}[31m\u{202e}").shown();
        assert_eq!(shown, r"https://a.example/\r\nx\u{1b}[31m\u{202e}");
        let long = format!("https://a.example/{}", "a/".repeat(4000));
        let shown = Received::Public(&long).shown();
        assert!(shown.chars().count() < 330, "{shown}");
        assert!(shown.ends_with("… (8018 bytes)"), "{shown}");
    }
}
