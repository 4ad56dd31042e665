//! One audit event, schema 1, and how it is filled in.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    EventName,
    request::{self, RequestInfo},
};
use crate::protocol::{
    client::{Client, ClientKind},
    row_id::GrantId,
    rule::RuleId,
    time::UnixTime,
};

/// Version of the fields of an event.
pub const SCHEMA: u8 = 1;

/// How the logged action ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The action succeeded.
    Ok,
    /// A rule or a person refused the action.
    Denied,
    /// The server, or something it depends on, failed.
    Error,
}

impl Outcome {
    /// The word for the outcome in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Error => "error",
        }
    }
}

/// A security-relevant event: what happened, to whom, from where. It never holds a secret, not even
/// a part of one.
///
/// Texts are stored unescaped; code that writes them into lines or terminals escapes them, as the
/// log line of this library does.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct AuditEvent {
    /// Version of the fields: 1. Within a version fields are only ever added.
    pub v: u8,
    /// Name of the event.
    pub event: EventName,
    /// When it happened; in JSON the seconds since 1970.
    pub at: UnixTime,
    /// Id of the request, which the header `x-request-id` and error pages show too.
    pub reference_id: String,
    /// How the logged action ended.
    pub outcome: Outcome,
    /// Id of the rule that refused the request, such as `TK-12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The `client_id` that the request names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// How the client came about.
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
    /// Primary key of the grant, `oauth_authorization_codes.id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<i64>,
    /// Scopes that the event is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Resources that the event is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Network of the caller: IPv4 /24, IPv6 /48.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_prefix: Option<String>,
    /// Browser and system of the caller, such as `Firefox, Linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent_family: Option<String>,
    /// First 8 hexadecimal digits of the stored hash of a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_ref: Option<String>,
    /// Further values, which only this kind of event has.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
}

/// A thing that an event can be about. It fills in the fields that describe it.
pub trait Describe {
    /// Returns the event with the fields that describe this value.
    fn describe(&self, event: AuditEvent) -> AuditEvent;
}

impl AuditEvent {
    /// Makes an event with the outcome [`Outcome::Ok`]. Time and caller are added when it is
    /// emitted.
    pub fn new(event: EventName) -> Self {
        Self {
            v: SCHEMA,
            event,
            at: UnixTime::EPOCH,
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

    /// Sets the outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Sets the outcome [`Outcome::Denied`] and the rule that refused.
    #[must_use]
    pub fn denied(mut self, rule: RuleId) -> Self {
        self.rule = Some(rule);
        self.outcome(Outcome::Denied)
    }

    /// Sets the `client_id` of a client whose record may not be known.
    #[must_use]
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Sets the client that the request names, the one that sent the person here.
    pub(crate) fn named_client(self) -> Self {
        match request::client_id() {
            Some(client_id) => self.client_id(client_id),
            None => self,
        }
    }

    /// Sets the client.
    #[must_use]
    pub(crate) fn client(mut self, client: &Client) -> Self {
        self.client_kind = Some(client.kind);
        self.client_id(&client.client_id)
    }

    /// Sets the person, by `ResourceOwner::subject`.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the person, by the primary key of the users table.
    #[must_use]
    pub fn user_id(mut self, key: impl std::fmt::Display) -> Self {
        self.user_id = Some(key.to_string());
        self
    }

    /// Sets the browser session, by its `sid`.
    #[must_use]
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// Sets the grant, by its id.
    #[must_use]
    pub fn grant_id(mut self, id: GrantId) -> Self {
        self.grant_id = Some(id.get());
        self
    }

    /// Sets the fields that describe `what`.
    #[must_use]
    pub(crate) fn about(self, what: &impl Describe) -> Self {
        what.describe(self)
    }

    /// Sets the token, by its stored hash.
    #[must_use]
    pub fn token_hash(mut self, hash: &[u8]) -> Self {
        let digits = hash.iter().take(4).map(|byte| format!("{byte:02x}"));
        self.token_ref = Some(digits.collect());
        self
    }

    /// Sets the scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: &[String]) -> Self {
        self.scopes = scopes.to_vec();
        self
    }

    /// Sets the resources.
    #[must_use]
    pub fn resources(mut self, resources: &[String]) -> Self {
        self.resources = resources.to_vec();
        self
    }

    /// Adds a value that only this kind of event has. Nothing secret belongs here.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Sets the time and the data of the request; without a request the event gets
    /// an id of its own.
    #[must_use]
    pub(super) fn stamped(mut self, at: UnixTime, request: Option<&RequestInfo>) -> Self {
        self.at = at;
        if let Some(request) = request {
            self.reference_id.clone_from(&request.reference);
            self.ip_prefix = request.address.map(request::ip_prefix);
            self.user_agent_family = request.user_agent_family();
        }
        if self.reference_id.is_empty() {
            self.reference_id = uuid::Uuid::new_v4().to_string();
        }
        self
    }
}
