//! One audit event, schema 1, and how it is filled in.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    EventName,
    request::{self, RequestInfo},
};
use crate::protocol::client::{Client, ClientKind};

/// Version of the fields.
pub const SCHEMA: u8 = 1;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should.
    Ok,
    /// A rule or a person said no.
    Denied,
    /// A fault of the server or of what it depends on.
    Error,
}

impl Outcome {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Error => "error",
        }
    }
}

/// What happened, to whom, from where. Never holds a secret, not even a part of one.
///
/// Texts are as they came; whoever writes them into lines or terminals escapes them, as the log
/// line of this library does.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AuditEvent {
    /// Schema of the fields: 1. Within a schema fields are only ever added.
    pub v: u8,
    /// What happened.
    pub event: EventName,
    /// When, Unix seconds.
    pub at: i64,
    /// The request's id: header `x-request-id` and error pages have it too.
    pub reference_id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Rule id of a refusal, `TK-12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// The client, as it names itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Where the client's record lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_kind: Option<ClientKind>,
    /// `ResourceOwner::subject` of the person, also for clients with pairwise subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Primary key of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// `sid` of the browser session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The grant, `oauth_authorization_codes.id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<i64>,
    /// Scopes it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Resources it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Network of the caller: IPv4 /24, IPv6 /48.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_prefix: Option<String>,
    /// Browser and system of the caller, `Firefox, Linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent_family: Option<String>,
    /// The first 8 hex digits of the stored hash of a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_ref: Option<String>,
    /// What only this event has.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
}

/// What an event can be about. Each kind fills in the fields that describe it.
pub trait Describe {
    /// The event with the fields that describe this.
    fn describe(&self, event: AuditEvent) -> AuditEvent;
}

impl AuditEvent {
    /// An event that ended well. Time and caller are added when it is emitted.
    pub fn new(event: EventName) -> Self {
        Self {
            v: SCHEMA,
            event,
            at: 0,
            reference_id: String::new(),
            outcome: Outcome::Ok,
            rule: None,
            client_id: None,
            client_kind: None,
            subject: None,
            user_id: None,
            sid: None,
            grant_id: None,
            scopes: Vec::new(),
            resources: Vec::new(),
            ip_prefix: None,
            user_agent_family: None,
            token_ref: None,
            details: Map::new(),
        }
    }

    /// With another outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Denied by a rule.
    #[must_use]
    pub fn denied(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self.outcome(Outcome::Denied)
    }

    /// About a client whose record may not be known.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// About the client that the request names: the one that sent the person here.
    pub(crate) fn named_client(self) -> Self {
        match request::client_id() {
            Some(client_id) => self.client_id(client_id),
            None => self,
        }
    }

    /// About a client.
    #[must_use]
    pub fn client(mut self, client: &Client) -> Self {
        self.client_kind = Some(client.kind);
        self.client_id(&client.client_id)
    }

    /// About a person: `ResourceOwner::subject`.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// About a person, by the primary key of the users table.
    #[must_use]
    pub fn user_id(mut self, key: impl std::fmt::Display) -> Self {
        self.user_id = Some(key.to_string());
        self
    }

    /// About a browser session, by its `sid`.
    #[must_use]
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// About a grant, by its id.
    #[must_use]
    pub fn grant_id(mut self, id: i64) -> Self {
        self.grant_id = Some(id);
        self
    }

    /// About something that knows which fields describe it.
    #[must_use]
    pub(crate) fn about(self, what: &impl Describe) -> Self {
        what.describe(self)
    }

    /// About a token with this stored hash.
    #[must_use]
    pub fn token_hash(mut self, hash: &[u8]) -> Self {
        let digits = hash.iter().take(4).map(|byte| format!("{byte:02x}"));
        self.token_ref = Some(digits.collect());
        self
    }

    /// With these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: &[String]) -> Self {
        self.scopes = scopes.to_vec();
        self
    }

    /// With these resources.
    #[must_use]
    pub fn resources(mut self, resources: &[String]) -> Self {
        self.resources = resources.to_vec();
        self
    }

    /// With something that only this event has. Nothing secret belongs here.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// The time, and what is known of the request; a missing request gets an id of its own.
    #[must_use]
    pub(super) fn stamped(mut self, at: i64, request: Option<&RequestInfo>) -> Self {
        self.at = at;
        if let Some(request) = request {
            self.reference_id.clone_from(&request.reference);
            self.ip_prefix = request.address.map(request::ip_prefix);
            self.user_agent_family
                .clone_from(&request.user_agent_family);
        }
        if self.reference_id.is_empty() {
            self.reference_id = uuid::Uuid::new_v4().to_string();
        }
        self
    }
}
