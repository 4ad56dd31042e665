//! What a person accepted for a client, resource by resource (CO-01 to CO-06).
//!
//! A scope that was accepted for one resource says nothing about another: `write` for a sandbox
//! and `read` for an API do not add up to `write` for the API.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{accepted_claims::AcceptedClaims, claims, scope::Scopes};
use crate::protocol::time::UnixTime;

/// One scope that a person accepted for one resource: an entry of the column `history`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedScope {
    /// The scope.
    pub scope: String,
    /// Identifier of the resource; absent for the app itself (a request without `resource`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Version of the client that the person was shown.
    pub client_version: i32,
    /// When it was accepted.
    pub at: UnixTime,
}

/// All that a person accepted for a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcceptedScopes(Vec<AcceptedScope>);

/// Scopes and single claims, as a consent page shows or a person accepts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The scopes.
    pub scopes: Scopes,
    /// Claims that no scope of the request covers (OpenID Connect Core §5.5).
    pub claims: Vec<String>,
}

/// The decision of a person on one consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Resources of the request; none = the app itself.
    pub resources: Vec<String>,
    /// What the page showed.
    pub shown: Choices,
    /// What was left ticked.
    pub accepted: Choices,
    /// Version of the client that the page showed.
    pub client_version: i32,
    /// When the decision was made.
    pub at: UnixTime,
}

impl AcceptedScopes {
    /// Reads the column. Entries that cannot be read were accepted for nothing: rows from before
    /// scopes were kept per resource have no entries at all.
    pub fn read(column: Option<&Value>) -> Self {
        let entries = column.and_then(Value::as_array).into_iter().flatten();
        let entries = entries.filter_map(|entry| serde_json::from_value(entry.clone()).ok());
        Self(entries.collect())
    }

    /// Returns the value of the column.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(&self.0).unwrap_or_default()
    }

    /// The entries that were accepted for this version of the client; the others are void.
    #[must_use]
    pub fn of_version(mut self, client_version: i32) -> Self {
        self.0
            .retain(|entry| entry.client_version == client_version);
        self
    }

    /// The scopes that were accepted for every one of these resources; none = the app itself.
    pub fn for_all(&self, resources: &[String]) -> Scopes {
        let targets = targets(resources);
        let of = |target: Option<&str>| -> Scopes {
            let entries = self.0.iter();
            let entries = entries.filter(|entry| entry.resource.as_deref() == target);
            entries.map(|entry| &entry.scope).collect()
        };
        let mut targets = targets.into_iter().map(of);
        let first = targets.next().unwrap_or_default();
        targets.fold(first, |all, next| all.intersection(&next))
    }

    /// Every scope that was accepted for anything.
    pub fn scopes(&self) -> Scopes {
        self.0.iter().map(|entry| &entry.scope).collect()
    }

    /// Every resource that something was accepted for.
    pub fn resources(&self) -> Vec<String> {
        let mut all = Vec::new();
        for resource in self.0.iter().filter_map(|entry| entry.resource.as_ref()) {
            if !all.contains(resource) {
                all.push(resource.clone());
            }
        }
        all
    }

    /// CO-03: returns the entries after an approval. For each resource of the request, unticked
    /// scopes are removed, accepted ones added, and scopes that were not shown stay. Entries of
    /// another version are removed.
    #[must_use]
    pub fn after(self, approval: &Approval) -> Self {
        let mut entries = self.of_version(approval.client_version).0;
        for target in targets(&approval.resources) {
            let is_of = |entry: &AcceptedScope| entry.resource.as_deref() == target;
            entries.retain(|entry| {
                let unticked = approval.shown.scopes.contains(&entry.scope)
                    && !approval.accepted.scopes.contains(&entry.scope);
                !(is_of(entry) && unticked)
            });
            for scope in approval.accepted.scopes.iter() {
                if !entries
                    .iter()
                    .any(|entry| is_of(entry) && entry.scope == scope)
                {
                    entries.push(AcceptedScope {
                        scope: scope.to_owned(),
                        resource: target.map(str::to_owned),
                        client_version: approval.client_version,
                        at: approval.at,
                    });
                }
            }
        }
        Self(entries)
    }
}

/// What a request is for: its resources, or the app itself.
fn targets(resources: &[String]) -> Vec<Option<&str>> {
    if resources.is_empty() {
        return vec![None];
    }
    resources.iter().map(|uri| Some(uri.as_str())).collect()
}

/// The part of a stored consent that decisions need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentView {
    /// The client's version when the consent was given.
    pub client_version: i32,
    /// Scopes that were accepted for that version.
    pub accepted: AcceptedScopes,
    /// Single claims that were accepted for that version.
    pub claims: AcceptedClaims,
    /// When the consent expires.
    pub expires_at: Option<UnixTime>,
}

/// A request that a stored consent must cover.
#[derive(Clone, Copy, Debug)]
pub struct ConsentAsk<'a> {
    /// Requested scopes, as far as the app lets this person grant them.
    pub scopes: &'a Scopes,
    /// Requested resources; none = the app itself.
    pub resources: &'a [String],
    /// Requested claims that no requested scope covers.
    pub claims: &'a [String],
    /// The client's version now.
    pub client_version: i32,
    /// The present time.
    pub now: UnixTime,
}

impl ConsentView {
    /// CO-02: whether every requested scope was accepted for each requested resource, and every single
    /// claim, for this version of the client, and the consent has not expired.
    pub fn covers(&self, ask: &ConsentAsk<'_>) -> bool {
        let accepted = self.accepted_for(ask);
        accepted.is_some_and(|accepted| {
            ask.scopes.is_subset_of(&accepted)
                && ask
                    .claims
                    .iter()
                    .all(|claim| self.covers_claim(&accepted, claim))
        })
    }

    /// CO-02: whether a claim was accepted by itself, or with one of the `accepted` scopes.
    pub fn covers_claim(&self, accepted: &Scopes, claim: &str) -> bool {
        self.claims.contains(claim) || claims::covers(accepted, claim)
    }

    /// Returns the accepted scopes that hold for each resource of a request; `None` when the
    /// consent does not hold any more.
    pub fn accepted_for(&self, ask: &ConsentAsk<'_>) -> Option<Scopes> {
        let ended = self.expires_at.is_some_and(|at| at <= ask.now);
        let counts = !ended && self.client_version == ask.client_version;
        counts.then(|| self.accepted.for_all(ask.resources))
    }
}

#[cfg(test)]
#[allow(
    clippy::too_many_arguments,
    reason = "a column of a table each, which rstest makes an argument"
)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    const API: &str = "https://api.example";
    const SANDBOX: &str = "https://sandbox.example";

    fn uris(resources: &[&str]) -> Vec<String> {
        resources.iter().map(ToString::to_string).collect()
    }

    fn choices(scopes: &str) -> Choices {
        Choices {
            scopes: Scopes::parse(scopes).unwrap(),
            claims: Vec::new(),
        }
    }

    fn approval(resources: &[&str], shown: &str, accepted: &str) -> Approval {
        Approval {
            resources: uris(resources),
            shown: choices(shown),
            accepted: choices(accepted),
            client_version: 1,
            at: UnixTime::from_seconds(100),
        }
    }

    fn after(approvals: &[Approval]) -> AcceptedScopes {
        let none = AcceptedScopes::default();
        approvals.iter().fold(none, AcceptedScopes::after)
    }

    fn covers(accepted: AcceptedScopes, resources: &[&str], scopes: &str) -> bool {
        let view = ConsentView {
            client_version: 1,
            accepted,
            claims: AcceptedClaims::default(),
            expires_at: None,
        };
        view.covers(&ConsentAsk {
            scopes: &Scopes::parse(scopes).unwrap(),
            resources: &uris(resources),
            claims: &[],
            client_version: 1,
            now: UnixTime::from_seconds(200),
        })
    }

    #[rstest]
    #[case::what_was_accepted(&[API], "read", true)]
    #[case::at_the_sandbox(&[SANDBOX], "write", true)]
    #[case::not_added_up(&[API], "write", false)]
    #[case::the_other_way_round(&[SANDBOX], "read", false)]
    #[case::both_resources_at_once(&[API, SANDBOX], "read", false)]
    #[case::what_both_have(&[API, SANDBOX], "openid", true)]
    #[case::the_app_itself(&[], "openid", false)]
    #[case::an_unknown_resource(&["https://new.example"], "openid", false)]
    fn s_b4_a_scope_counts_for_its_resource(
        #[case] resources: &[&str],
        #[case] scopes: &str,
        #[case] covered: bool,
    ) {
        let accepted = after(&[
            approval(&[SANDBOX], "openid write", "openid write"),
            approval(&[API], "openid read", "openid read"),
        ]);
        assert_eq!(covers(accepted, resources, scopes), covered);
    }

    #[rstest]
    #[case::unticked(&[API], "read write", "read", &[API], "write", false)]
    #[case::left_ticked(&[API], "read write", "read", &[API], "read", true)]
    #[case::not_shown(&[API], "read", "read", &[API], "write", true)]
    #[case::at_another_resource(&[SANDBOX], "read write", "read", &[API], "write", true)]
    #[case::at_the_app_itself(&[], "read write", "read", &[API], "write", true)]
    #[case::among_several(&[SANDBOX, API], "read write", "read", &[API], "write", false)]
    fn s_b4_what_is_unticked_goes(
        #[case] resources: &[&str],
        #[case] shown: &str,
        #[case] ticked: &str,
        #[case] asked: &[&str],
        #[case] scopes: &str,
        #[case] covered: bool,
    ) {
        let accepted = after(&[
            approval(&[API], "read write", "read write"),
            approval(resources, shown, ticked),
        ]);
        assert_eq!(covers(accepted, asked, scopes), covered);
    }

    #[test]
    fn s_b4_another_version_of_the_client_begins_anew() {
        let second = Approval {
            client_version: 2,
            ..approval(&[API], "read", "read")
        };
        let accepted = after(&[approval(&[API], "read write", "read write"), second]);
        assert_eq!(accepted.scopes(), Scopes::parse("read").unwrap());
        assert!(!covers(accepted, &[API], "write"));
    }

    #[test]
    fn s_b4_an_ended_consent_covers_nothing() {
        let view = ConsentView {
            client_version: 1,
            accepted: after(&[approval(&[], "read", "read")]),
            claims: AcceptedClaims::default(),
            expires_at: Some(UnixTime::from_seconds(200)),
        };
        let scopes = Scopes::parse("read").unwrap();
        let ask = |now| ConsentAsk {
            scopes: &scopes,
            resources: &[],
            claims: &[],
            client_version: 1,
            now: UnixTime::from_seconds(now),
        };
        assert!(view.covers(&ask(199)));
        assert!(!view.covers(&ask(200)));
    }

    /// What an older version of the plugin, an operator or a defect may have left there.
    #[rstest]
    #[case(None)]
    #[case(Some(json!(null)))]
    #[case(Some(json!(["read"])))]
    #[case(Some(json!({ "scope": "read" })))]
    #[case(Some(json!([{ "scope": "read", "at": 1 }])))]
    #[case(Some(json!([{ "scope": "read", "client_version": 7, "at": 1 }])))]
    fn s_b4_entries_that_say_too_little_cover_nothing(#[case] column: Option<Value>) {
        let accepted = AcceptedScopes::read(column.as_ref()).of_version(1);
        assert!(!covers(accepted, &[], "read"));
    }

    #[test]
    fn the_column_is_read_as_it_was_written() {
        let accepted = after(&[approval(&[API], "read", "read"), approval(&[], "a", "a")]);
        let column = accepted.to_json();
        assert_eq!(AcceptedScopes::read(Some(&column)), accepted);
        let first = json!({ "scope": "read", "resource": API, "client_version": 1, "at": 100 });
        assert_eq!(column[0], first);
        assert_eq!(accepted.resources(), [API]);
    }
}
