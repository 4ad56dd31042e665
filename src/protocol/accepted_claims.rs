//! Single claims that a person accepted for a client, whatever its scopes cover (CO-02, CO-03).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::consent::Approval;
use crate::protocol::time::UnixTime;

/// One claim that a person accepted: an entry of the column `claims` of a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AcceptedClaim {
    /// The claim.
    claim: String,
    /// Version of the client that the person was shown.
    client_version: i32,
    /// When it was accepted.
    at: UnixTime,
}

/// All single claims that a person accepted for a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcceptedClaims(Vec<AcceptedClaim>);

impl AcceptedClaims {
    /// Reads the column. Entries that cannot be read were not accepted.
    pub fn read(column: Option<&Value>) -> Self {
        let entries = column.and_then(Value::as_array).into_iter().flatten();
        let entries = entries.filter_map(|entry| serde_json::from_value(entry.clone()).ok());
        Self(entries.collect())
    }

    /// Returns the value of the column; `None` = no claims.
    pub fn to_json(&self) -> Option<Value> {
        let filled = !self.0.is_empty();
        filled.then(|| serde_json::to_value(&self.0).unwrap_or_default())
    }

    /// The entries that were accepted for this version of the client; the others are void.
    #[must_use]
    pub fn of_version(mut self, client_version: i32) -> Self {
        self.0
            .retain(|entry| entry.client_version == client_version);
        self
    }

    /// Whether the claim was accepted.
    pub fn contains(&self, claim: &str) -> bool {
        self.0.iter().any(|entry| entry.claim == claim)
    }

    /// The names of the accepted claims.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| entry.claim.as_str())
    }

    /// CO-03: returns the entries after an approval: what was shown and left unticked is removed, what was
    /// accepted is added, what was not shown stays. Entries of another version are removed.
    #[must_use]
    pub fn after(self, approval: &Approval) -> Self {
        let mut entries = self.of_version(approval.client_version);
        let (shown, accepted) = (&approval.shown.claims, &approval.accepted.claims);
        entries
            .0
            .retain(|entry| accepted.contains(&entry.claim) || !shown.contains(&entry.claim));
        for claim in accepted {
            if !entries.contains(claim) {
                entries.0.push(AcceptedClaim {
                    claim: claim.clone(),
                    client_version: approval.client_version,
                    at: approval.at,
                });
            }
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::protocol::consent::Choices;

    fn approval(shown: &[&str], accepted: &[&str]) -> Approval {
        let choices = |claims: &[&str]| Choices {
            claims: claims.iter().map(ToString::to_string).collect(),
            ..Choices::default()
        };
        Approval {
            resources: Vec::new(),
            shown: choices(shown),
            accepted: choices(accepted),
            client_version: 1,
            at: UnixTime::from_seconds(100),
        }
    }

    #[rstest]
    #[case::accepted(&["name"], &["name"], &["email", "name"])]
    #[case::unticked(&["email"], &[], &[])]
    #[case::again(&["email"], &["email"], &["email"])]
    #[case::not_shown(&[], &[], &["email"])]
    fn co_03_what_is_unticked_goes(
        #[case] shown: &[&str],
        #[case] accepted: &[&str],
        #[case] after: &[&str],
    ) {
        let before = AcceptedClaims::default().after(&approval(&["email"], &["email"]));
        let entries = before.after(&approval(shown, accepted));
        assert_eq!(entries.names().collect::<Vec<_>>(), after);
        let column = entries.to_json();
        assert_eq!(AcceptedClaims::read(column.as_ref()), entries);
    }

    #[test]
    fn co_02_another_version_of_the_client_begins_anew() {
        let before = AcceptedClaims::default().after(&approval(&["email"], &["email"]));
        let second = Approval {
            client_version: 2,
            ..approval(&["name"], &["name"])
        };
        assert_eq!(before.clone().of_version(2), AcceptedClaims::default());
        assert_eq!(before.after(&second).names().collect::<Vec<_>>(), ["name"]);
    }

    #[rstest]
    #[case(None)]
    #[case(Some(json!(null)))]
    #[case(Some(json!(["email"])))]
    #[case(Some(json!([{ "claim": "email", "at": 1 }])))]
    #[case(Some(json!({ "claim": "email", "client_version": 1, "at": 1 })))]
    fn co_02_entries_that_say_too_little_cover_nothing(#[case] column: Option<Value>) {
        assert!(!AcceptedClaims::read(column.as_ref()).contains("email"));
    }
}
