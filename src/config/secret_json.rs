//! Secret values of the settings: never printed, wiped on drop (GE-06).

use std::fmt;

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use crate::protocol::secret::Secret;

impl<'de> Deserialize<'de> for Secret {
    /// Names the kind of a wrong value but, unlike `String`, not the value.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::new(text)),
            _ => Err(D::Error::custom("not a text; YAML needs quotes around it")),
        }
    }
}

/// A JSON value with secrets inside, for example a private JWK set.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretJson(Value);

impl SecretJson {
    /// The value itself.
    #[must_use]
    pub const fn expose(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for SecretJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
