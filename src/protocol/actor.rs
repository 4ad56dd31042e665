//! Who acts for somebody (RFC 8693 §4.1).

use serde::{Deserialize, Serialize};

/// Longest chain of actors that a token names.
pub const MOST_ACTORS: usize = 8;

/// A party that acts for the subject of a token: the claim `act`. The outermost actor is the one that acts
/// now; those within it acted before, and are there for information only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Actor {
    /// The subject of the actor; for a client that acts for itself its id.
    pub sub: String,
    /// The client through which a person acts; `None` for a client that acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The actor before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Self>>,
}

impl Actor {
    /// A client that acts for itself.
    #[must_use]
    pub fn client(client_id: &str) -> Self {
        Self {
            sub: client_id.to_owned(),
            client_id: None,
            act: None,
        }
    }

    /// A person who acts through a client.
    #[must_use]
    pub fn person(sub: String, client_id: &str) -> Self {
        Self {
            sub,
            client_id: Some(client_id.to_owned()),
            act: None,
        }
    }

    /// This actor, who acts after `before`.
    #[must_use]
    pub fn after(mut self, before: Option<Self>) -> Self {
        self.act = before.map(Box::new);
        self
    }

    /// Number of actors in the chain.
    #[must_use]
    pub fn length(&self) -> usize {
        let mut length = 1;
        let mut actor = self;
        while let Some(before) = &actor.act {
            length += 1;
            actor = before;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tx_05_a_chain_names_the_newest_actor_first() {
        let first = Actor::client("first");
        let second = Actor::person("bob".to_owned(), "web").after(Some(first));
        let chain = Actor::client("third").after(Some(second));
        let expected = json!({
            "sub": "third",
            "act": { "sub": "bob", "client_id": "web", "act": { "sub": "first" } },
        });
        assert_eq!(json!(chain), expected);
        assert_eq!(chain.length(), 3);
        assert_eq!(serde_json::from_value(expected).ok(), Some(chain));
    }
}
