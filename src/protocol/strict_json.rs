//! JSON objects from strangers, read strictly (RG-02): what two readers could understand
//! differently is refused (RFC 8259 §4), and what a database could not store.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::refusals::JsonRefusal;

/// Deepest nesting; the object itself is the first level.
const MAX_DEPTH: usize = 8;

/// Why a body is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not UTF-8, or not JSON.
    #[error("The body is not JSON")]
    Unreadable,
    /// Another value than an object.
    #[error("The body is not a JSON object")]
    NotAnObject,
    /// A member stands there twice.
    #[error("A member stands there twice")]
    Duplicate,
    /// Over 8 levels.
    #[error("The JSON is nested too deeply")]
    TooDeep,
    /// U+0000 in a text.
    #[error("A text has a NUL character")]
    Nul,
}

impl JsonError {
    /// The refusal of a request with such a body.
    #[must_use]
    pub const fn refusal(self) -> JsonRefusal {
        match self {
            Self::Unreadable => JsonRefusal::Unreadable,
            Self::NotAnObject => JsonRefusal::NotAnObject,
            Self::Duplicate => JsonRefusal::MemberRepeated,
            Self::TooDeep => JsonRefusal::TooDeep,
            Self::Nul => JsonRefusal::WithNul,
        }
    }
}

/// The members of a JSON object.
///
/// # Errors
/// [`JsonError`].
pub fn object(body: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let refused = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let strict = Strict {
        depth: 1,
        refused: &refused,
    };
    let value = strict
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(JsonError::NotAnObject),
        Err(_) => Err(refused.get().unwrap_or(JsonError::Unreadable)),
    }
}

/// Reads one value at a depth; notes why it stopped.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    refused: &'a Cell<Option<JsonError>>,
}

impl Strict<'_> {
    fn refuse<T, E: Error>(self, why: JsonError) -> Result<T, E> {
        self.refused.set(Some(why));
        Err(E::custom(why))
    }

    fn text<E: Error>(self, text: String) -> Result<String, E> {
        if text.contains('\0') {
            return self.refuse(JsonError::Nul);
        }
        Ok(text)
    }

    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth > MAX_DEPTH {
            return self.refuse(JsonError::TooDeep);
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.text(value.to_owned()).map(Value::String)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        self.text(value).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.inner::<A::Error>()?;
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(inner)? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner::<A::Error>()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let name = self.text::<A::Error>(name)?;
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return self.refuse(JsonError::Duplicate);
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_come_through_unchanged() {
        let value = json!({
            "text": "ä\u{1F600}\n", "integer": -5, "large": u64::MAX, "float": 1.5,
            "yes": true, "nothing": null, "list": ["a", {"b": []}], "": {},
        });
        let read = object(value.to_string().as_bytes()).expect("an object");
        assert_eq!(Value::Object(read), value);
    }

    fn nested(levels: usize) -> String {
        let inner = levels - 1;
        format!("{{\"a\":{}1{}}}", "[".repeat(inner), "]".repeat(inner))
    }

    #[rstest]
    #[case::at_the_top(r#"{"a":1,"a":1}"#, JsonError::Duplicate)]
    #[case::below(r#"{"a":[{"b":1,"c":2,"b":null}]}"#, JsonError::Duplicate)]
    #[case::escaped(r#"{"a":1,"\u0061":1}"#, JsonError::Duplicate)]
    #[case::nine_levels(&nested(9), JsonError::TooDeep)]
    #[case::hundred_thousand(&nested(100_000), JsonError::TooDeep)]
    #[case::unclosed(&"{\"a\":".repeat(100_000), JsonError::TooDeep)]
    #[case::list("[]", JsonError::NotAnObject)]
    #[case::text("\"a\"", JsonError::NotAnObject)]
    #[case::null("null", JsonError::NotAnObject)]
    #[case::nothing("", JsonError::Unreadable)]
    #[case::form("a=1", JsonError::Unreadable)]
    #[case::rest("{} {}", JsonError::Unreadable)]
    #[case::comma("{\"a\":1,}", JsonError::Unreadable)]
    #[case::byte_order_mark("\u{FEFF}{}", JsonError::Unreadable)]
    #[case::lone_surrogate(r#"{"a":"\ud800"}"#, JsonError::Unreadable)]
    #[case::raw_control("{\"a\":\"\n\"}", JsonError::Unreadable)]
    #[case::plus("{\"a\":+1}", JsonError::Unreadable)]
    #[case::hex("{\"a\":0x10}", JsonError::Unreadable)]
    #[case::nul(r#"{"a":["\u0000"]}"#, JsonError::Nul)]
    #[case::nul_in_a_name(r#"{"a\u0000":1}"#, JsonError::Nul)]
    fn rg_02_refused(#[case] body: &str, #[case] why: JsonError) {
        assert_eq!(object(body.as_bytes()), Err(why));
    }

    #[test]
    fn rg_02_eight_levels_are_fine_and_bytes_are_utf_8() {
        assert!(object(nested(8).as_bytes()).is_ok());
        assert_eq!(object(b"{\"a\":\"\xff\"}"), Err(JsonError::Unreadable));
        assert_eq!(object(b"{\"\xc0\xaf\":1}"), Err(JsonError::Unreadable));
    }
}
