//! Dynamic registration (RFC 7591, RFC 7592, OpenID Connect Registration): from the JSON object
//! to metadata, and from the client to the answer. The rules of the members are in
//! [`super::client_metadata`].

mod answer;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use self::answer::{ClientInformation, Issued};
use super::{
    client::Client,
    client_metadata::{ClientMetadata, LOCALIZED, MetadataError, MetadataErrorCode, MetadataRule},
    error::OAuthError,
    received::Received,
    refusals::RegistrationRefusal,
    secret::{Purpose, hash},
};

/// The one list whose empty entries are mistakes and not omissions.
const REDIRECT_URIS: &str = "redirect_uris";

/// The members that say something: `null`, `""` and `[]` are how clients write that they have no
/// value (RG-05), and so are `{}`, a key set without keys, and empty entries of an optional list.
#[must_use]
pub fn sent(mut members: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &mut members {
        if let Value::Array(entries) = value
            && name != REDIRECT_URIS
        {
            entries.retain(|entry| !is_empty(entry));
        }
    }
    members.retain(|name, value| {
        let says_nothing = is_empty(value) || (name == "jwks" && has_no_keys(value));
        !says_nothing
    });
    members
}

/// Whether a value says nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A key set whose list of keys is empty or missing.
fn has_no_keys(set: &Value) -> bool {
    set.is_object() && set.get("keys").is_none_or(is_empty)
}

/// Metadata of a JSON object; members that nobody knows are ignored (RFC 7591 §2), empty ones count
/// as not sent.
///
/// # Errors
/// A member of another type (RG-05).
pub fn metadata(members: Map<String, Value>) -> Result<ClientMetadata, MetadataError> {
    let (localized, plain): (Map<_, _>, Map<_, _>) = sent(members)
        .into_iter()
        .partition(|(name, _)| name.contains('#'));
    let plain = Value::Object(plain);
    let read = serde_path_to_error::deserialize::<_, ClientMetadata>(&plain);
    let metadata = read.map_err(|error| {
        let kind = expected(&error.inner().to_string());
        let finding = MetadataError::new(error.path().to_string(), MetadataRule::Type(kind));
        match at(&plain, error.path()) {
            Some(value) => finding.received(in_words(value)),
            None => finding,
        }
    })?;
    Ok(ClientMetadata {
        localized: texts(localized)?,
        ..metadata
    })
}

/// The value at the place of an error.
fn at<'v>(value: &'v Value, path: &serde_path_to_error::Path) -> Option<&'v Value> {
    use serde_path_to_error::Segment;
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Map { key } => value.get(key),
        Segment::Seq { index } => value.get(index),
        _ => None,
    })
}

/// A value of the wrong type, as far as it is short.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Members with a language tag (RFC 7591 §2.2).
fn texts(members: Map<String, Value>) -> Result<BTreeMap<String, String>, MetadataError> {
    let mut texts = BTreeMap::new();
    for (full, value) in members {
        let known = full.split('#').next().unwrap_or_default();
        let Some(member) = LOCALIZED.into_iter().find(|name| *name == known) else {
            continue;
        };
        match value {
            Value::String(text) => texts.insert(full, text),
            other => {
                let finding = MetadataError::new(member, MetadataRule::Type("a text"));
                return Err(finding.received(in_words(&other)));
            }
        };
    }
    Ok(texts)
}

/// Describes the type that serde expected, in the words of JSON. Serde's own text shows the value,
/// which must not be reflected.
fn expected(message: &str) -> &'static str {
    let wanted = message.rsplit("expected ").next().unwrap_or_default();
    match wanted.split(" at line").next().unwrap_or_default() {
        "a string" => "a text",
        "a sequence" => "a list of texts",
        "a boolean" => "true or false",
        "a map" => "an object",
        "i64" => "an integer",
        _ => "another value",
    }
}

/// Members of an update that must say what already holds (RFC 7592 §2.2). Further members of the
/// answer that come back are ignored.
///
/// # Errors
/// Another `client_id` or `client_secret`.
pub fn check_update(members: &Map<String, Value>, client: &Client) -> Result<(), MetadataError> {
    if members.get("client_id").and_then(Value::as_str) != Some(&client.client_id) {
        return Err(MetadataError::new("client_id", MetadataRule::OtherClient));
    }
    let sent = members.get("client_secret");
    let Some(sent) = sent.filter(|sent| !sent.is_null() && *sent != "") else {
        return Ok(());
    };
    let sent = hash(Purpose::Secret, sent.as_str().unwrap_or_default());
    let current = client.secrets.first();
    if current.is_some_and(|current| current.hash.matches(&sent)) {
        Ok(())
    } else {
        Err(MetadataError::new(
            "client_secret",
            MetadataRule::OtherSecret,
        ))
    }
}

/// The first finding is the answer.
impl From<MetadataError> for OAuthError {
    fn from(error: MetadataError) -> Self {
        let refusal = match error.code() {
            MetadataErrorCode::InvalidRedirectUri => RegistrationRefusal::RedirectUriRefused,
            MetadataErrorCode::InvalidClientMetadata => RegistrationRefusal::MetadataRefused,
        };
        let sent = Received::Public(error.value.as_deref().unwrap_or_default());
        let refusal = Self::of(refusal).with_rule(error.rule_id());
        refusal.with_finding(&error).expected(error.wanted(), sent)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn read(members: Value) -> Result<ClientMetadata, MetadataError> {
        let Value::Object(members) = members else {
            panic!("an object");
        };
        metadata(members)
    }

    #[rstest]
    #[case(json!({"redirect_uris": "https://a.example/cb"}), "redirect_uris", "a list of texts")]
    #[case(json!({"redirect_uris": [{}]}), "redirect_uris[0]", "a text")]
    #[case(json!({"client_name": 5}), "client_name", "a text")]
    #[case(json!({"client_name#de": ["a"]}), "client_name", "a text")]
    #[case(json!({"default_max_age": "60"}), "default_max_age", "an integer")]
    #[case(json!({"default_max_age": 1e3}), "default_max_age", "an integer")]
    #[case(json!({"require_auth_time": "true"}), "require_auth_time", "true or false")]
    #[case(json!({"jwks": [1]}), "jwks", "an object")]
    fn rg_05_c258_types(#[case] members: Value, #[case] member: &str, #[case] kind: &'static str) {
        let error = read(members).expect_err("a wrong type");
        assert_eq!(error.member, member);
        assert_eq!(error.rule, MetadataRule::Type(kind));
        let error = OAuthError::from(error);
        assert_eq!(error.rule.as_str(), "RG-05");
        let start = format!("{member}: {kind} is expected; received: ");
        assert!(error.text().starts_with(&start), "{}", error.text());
    }

    #[test]
    fn ge_04_unknown_members_are_ignored_and_null_is_absent() {
        let members = json!({"frobnicate": {"a": [1]}, "x#de": 1, "redirect_uris": null});
        assert_eq!(read(members), Ok(ClientMetadata::default()));
    }

    #[test]
    fn tagged_members_are_kept_by_their_full_name() {
        let metadata = read(json!({"client_name#de": "Laden"})).expect("metadata");
        assert_eq!(metadata.localized["client_name#de"], "Laden");
    }
}
