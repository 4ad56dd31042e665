//! Form and query parameters, read strictly (RFC 6749 §3.1, §3.2, Appendix B).
//!
//! The usual extractors replace bad UTF-8 and keep the last of two equal names; here both are
//! errors, because a value that changes silently is a value an attacker can choose.

use std::borrow::Cow;

use super::refusals::TransportRefusal;

/// Most parameters of one request.
const MAX_PARAMS: usize = 100;
/// Most bytes of one decoded value.
const MAX_VALUE: usize = 8 * 1024;
/// Most bytes of a signed request (AZ-02).
const MAX_REQUEST: usize = 32 * 1024;
/// Most bytes of an assertion (TK-02).
const MAX_ASSERTION: usize = 16 * 1024;

/// Why a parameter list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamsError {
    /// Broken percent-encoding, not UTF-8, or a NUL.
    Encoding,
    /// More than 100 parameters.
    TooMany,
    /// A value over its limit.
    TooLong,
}

impl ParamsError {
    /// Returns the refusal of a request with such parameters.
    pub const fn refusal(self) -> TransportRefusal {
        match self {
            Self::Encoding => TransportRefusal::ParametersNotUtf8,
            Self::TooMany => TransportRefusal::TooManyParameters,
            Self::TooLong => TransportRefusal::ParameterTooLong,
        }
    }
}

/// A parameter that was sent twice, or as `name[…]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// Name of the parameter, as it was sent.
    pub name: String,
    /// Name of the parameter, if it is one that the request knows.
    pub known: Option<&'static str>,
}

impl Repeated {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            known: None,
        }
    }
}

/// The decoded parameters in the order in which they were sent.
#[derive(Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        f.debug_list()
            .entries(self.pairs.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Params {
    /// Parses `application/x-www-form-urlencoded` bytes.
    ///
    /// # Errors
    /// Returns an error when the bytes are not strictly encoded or exceed a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParamsError> {
        let mut pairs = Vec::new();
        for part in bytes
            .split(|byte| *byte == b'&')
            .filter(|part| !part.is_empty())
        {
            if pairs.len() == MAX_PARAMS {
                return Err(ParamsError::TooMany);
            }
            let (name, value) = part.iter().position(|byte| *byte == b'=').map_or_else(
                || (part, &[][..]),
                |at| {
                    (
                        part.get(..at).unwrap_or_default(),
                        part.get(at + 1..).unwrap_or_default(),
                    )
                },
            );
            pairs.push((decode(name)?, decode(value)?));
        }
        Self::of(pairs)
    }

    /// Makes parameters that were not sent as a form, within the same bounds.
    ///
    /// # Errors
    /// Returns an error when a name or value has a NUL or exceeds a limit.
    pub fn of(pairs: Vec<(String, String)>) -> Result<Self, ParamsError> {
        if pairs.len() > MAX_PARAMS {
            return Err(ParamsError::TooMany);
        }
        for (name, value) in &pairs {
            let limit = match name.as_str() {
                "request" => MAX_REQUEST,
                "client_assertion" | "assertion" | "subject_token" | "actor_token" => MAX_ASSERTION,
                _ => MAX_VALUE,
            };
            if value.len() > limit {
                return Err(ParamsError::TooLong);
            }
            if name.contains('\0') || value.contains('\0') {
                return Err(ParamsError::Encoding);
            }
        }
        Ok(Self { pairs })
    }

    /// The value of `name`; an empty value counts as not sent (GE-02).
    ///
    /// # Errors
    /// When `name` was sent twice (GE-03) or with a bracket (GE-04).
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut found = None;
        for (key, value) in &self.pairs {
            if key == name {
                if found.is_some() {
                    return Err(Repeated::new(name));
                }
                found = Some(value.as_str());
            } else if is_bracketed(key, name) {
                return Err(Repeated::new(name));
            }
        }
        Ok(found.filter(|value| !value.is_empty()))
    }

    /// All values of `name`, without empty ones.
    ///
    /// # Errors
    /// When `name` was sent with a bracket (GE-04).
    pub fn all(&self, name: &str) -> Result<Vec<&str>, Repeated> {
        if self.pairs.iter().any(|(key, _)| is_bracketed(key, name)) {
            return Err(Repeated::new(name));
        }
        Ok(self
            .pairs
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
            .collect())
    }

    /// Whether `name` is there, with or without a value.
    pub fn contains(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// All pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn is_bracketed(key: &str, name: &str) -> bool {
    key.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with('['))
}

/// Decodes one form component: `+` is a space, `%` needs two hex digits, the result is UTF-8
/// without NUL.
///
/// # Errors
/// [`ParamsError::Encoding`].
pub fn decode(bytes: &[u8]) -> Result<String, ParamsError> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().and_then(|digit| hex(*digit));
                let low = rest.next().and_then(|digit| hex(*digit));
                match (high, low) {
                    (Some(high), Some(low)) => high << 4 | low,
                    _ => return Err(ParamsError::Encoding),
                }
            }
            other => *other,
        });
    }
    let text = String::from_utf8(decoded).map_err(|_| ParamsError::Encoding)?;
    if text.contains('\0') {
        return Err(ParamsError::Encoding);
    }
    Ok(text)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Encodes one form component (RFC 6749 Appendix B).
pub fn encode(value: &str) -> Cow<'_, str> {
    Cow::Owned(url::form_urlencoded::byte_serialize(value.as_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::broken_percent("a=%zz")]
    #[case::cut_percent("a=%4")]
    #[case::not_utf8("a=%FF%FE")]
    #[case::overlong("a=%C0%AF")]
    #[case::nul("a=%00")]
    #[case::name_not_utf8("%FF=a")]
    fn c253_bad_encoding_is_refused(#[case] query: &str) {
        assert_eq!(
            Params::parse(query.as_bytes()).unwrap_err(),
            ParamsError::Encoding
        );
    }

    #[test]
    fn ge_02_an_empty_value_counts_as_not_sent() {
        let params = Params::parse(b"state=&scope").unwrap();
        assert_eq!(params.one("state"), Ok(None));
        assert_eq!(params.one("scope"), Ok(None));
        assert!(params.contains("state"));
    }

    #[test]
    fn ge_03_a_repeated_parameter_is_refused() {
        let params = Params::parse(b"scope=a&scope=b&resource=x&resource=y").unwrap();
        assert_eq!(params.one("scope"), Err(Repeated::new("scope")));
        assert_eq!(params.all("resource"), Ok(vec!["x", "y"]));
    }

    #[test]
    fn ge_03_an_empty_repetition_is_a_repetition() {
        let params = Params::parse(b"scope=a&scope=").unwrap();
        assert!(params.one("scope").is_err());
    }

    #[test]
    fn ge_04_a_known_name_with_a_bracket_is_refused() {
        let params = Params::parse(b"scope[]=a&bar[]=2").unwrap();
        assert_eq!(params.one("scope"), Err(Repeated::new("scope")));
        assert!(params.all("scope").is_err());
        assert_eq!(params.one("foo"), Ok(None));
    }

    #[test]
    fn limits_of_number_and_length() {
        let many = vec!["a=1"; 101].join("&");
        assert_eq!(
            Params::parse(many.as_bytes()).unwrap_err(),
            ParamsError::TooMany
        );
        let long = format!("state={}", "x".repeat(8 * 1024 + 1));
        assert_eq!(
            Params::parse(long.as_bytes()).unwrap_err(),
            ParamsError::TooLong
        );
        let request = format!("request={}", "x".repeat(32 * 1024));
        assert!(Params::parse(request.as_bytes()).is_ok());
    }

    #[test]
    fn plus_and_percent_decode() {
        let params = Params::parse(b"a=b+c%20%C3%A9%2B").unwrap();
        assert_eq!(params.one("a"), Ok(Some("b c é+")));
    }
}
