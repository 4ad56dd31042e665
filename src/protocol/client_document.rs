//! Client id metadata documents (CI-01 to CI-07): the `client_id` is the https URL of a JSON
//! document with the client's metadata.

mod error;
mod sector;

use serde_json::{Map, Value};
use url::Url;

pub use self::{
    error::{DocumentError, DocumentVerdict, Unread},
    sector::{SectorError, check_sector_document, no_sector_document},
};
use super::{
    client::{Client, ClientKind},
    client_metadata::{ClientIdentity, MetadataPolicy},
    host as names, redirect_uri, registration, strict_json,
};

/// Whether `client_id` has the form of a document's URL: no other id begins so (CI-01).
#[must_use]
pub fn is_url(client_id: &str) -> bool {
    client_id.starts_with("https://")
}

/// Hosts whose documents are accepted: `host`, or `host:port` for another port than 443. A dot
/// at the end makes no other host.
#[derive(Clone, Copy, Debug)]
pub struct Hosts<'a> {
    /// Only these; empty = every host.
    pub allowed: &'a [String],
    /// None of these.
    pub denied: &'a [String],
}

/// Checks CI-02, before anything is fetched. The fetcher decides which ports are allowed.
///
/// # Errors
/// An error when the URL is not that of a document (Client ID Metadata Document §3), or its host is
/// not accepted.
pub fn check_url(client_id: &str, hosts: Hosts<'_>) -> Result<(), DocumentError> {
    // Fragments, user information, dot segments and hosts that parsers rewrite are as wrong here
    // as in a redirect URI.
    let plain = redirect_uri::check_written(client_id, &[]).is_ok();
    let url = Url::parse(client_id).ok();
    let Some(url) = url.filter(|url| is_url(client_id) && plain && url.path() != "/") else {
        return Err(DocumentError::Url);
    };
    let host = url.host_str().unwrap_or_default();
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    let named = |list: &[String]| {
        let is_host = |name: &String| {
            let is_with_port = |host: &String| names::is_same(name, host);
            names::is_same(name, host) || with_port.as_ref().is_some_and(is_with_port)
        };
        list.iter().any(is_host)
    };
    if named(hosts.denied) || !(hosts.allowed.is_empty() || named(hosts.allowed)) {
        return Err(DocumentError::Host);
    }
    Ok(())
}

/// The host that identifies the client at consent (CI-07); `None` for other ids.
#[must_use]
pub fn host(client_id: &str) -> Option<String> {
    if !is_url(client_id) {
        return None;
    }
    redirect_uri::host(client_id)
}

/// What a server makes of documents.
#[derive(Clone, Copy, Debug)]
pub struct DocumentPolicy<'a> {
    /// The rules of a registration, which hold for documents too.
    pub metadata: MetadataPolicy<'a>,
    /// Scopes of a document that names none.
    pub default_scopes: &'a [String],
}

/// The client that a document describes (CI-04). A document is written for many servers: what this
/// one does not offer is left out.
///
/// # Errors
/// The first rule that the document breaks.
pub fn client(
    body: &[u8],
    client_id: &str,
    policy: &DocumentPolicy<'_>,
) -> Result<Client, DocumentError> {
    let members = registration::sent(strict_json::object(body)?);
    check_members(&members, client_id)?;
    let mut metadata = registration::metadata(members)?;
    metadata
        .token_endpoint_auth_method
        .get_or_insert_with(|| "none".to_owned());
    let identity = ClientIdentity {
        client_id: client_id.to_owned(),
        kind: ClientKind::Cimd,
    };
    let client = metadata.into_client(identity, &policy.metadata);
    let mut client = client.map_err(|errors| match errors.into_iter().next() {
        Some(error) => DocumentError::Metadata(error),
        None => DocumentError::Missing("redirect_uris"),
    })?;
    if client.client_name.is_none() {
        return Err(DocumentError::Missing("client_name"));
    }
    let default = || policy.default_scopes.to_vec();
    client.scopes.get_or_insert_with(default);
    Ok(client)
}

fn check_members(members: &Map<String, Value>, client_id: &str) -> Result<(), DocumentError> {
    let text = |member: &str| members.get(member).and_then(Value::as_str);
    if text("client_id") != Some(client_id) {
        return Err(DocumentError::ClientId);
    }
    let uris = members.get("redirect_uris").and_then(Value::as_array);
    if uris.is_none_or(Vec::is_empty) {
        return Err(DocumentError::Missing("redirect_uris"));
    }
    let secrets = ["client_secret", "client_secret_expires_at"];
    if let Some(member) = secrets.into_iter().find(|name| members.contains_key(*name)) {
        return Err(DocumentError::Secret(member));
    }
    let method = text("token_endpoint_auth_method");
    if method.is_some_and(|method| method.starts_with("client_secret")) {
        return Err(DocumentError::Secret("token_endpoint_auth_method"));
    }
    Ok(())
}

/// CO-06: whether a person who consented to `old` has to consent to `new` again.
#[must_use]
pub fn differs(old: &Client, new: &Client) -> bool {
    let shown = |client: &Client| {
        [
            client.client_name.clone(),
            client.client_uri.clone(),
            client.logo_uri.clone(),
            client.tos_uri.clone(),
            client.policy_uri.clone(),
        ]
    };
    let keys = |client: &Client| (client.jwks.clone(), client.jwks_uri.clone());
    shown(old) != shown(new)
        || old.localized != new.localized
        || old.redirect_uris != new.redirect_uris
        || keys(old) != keys(new)
        || old.scopes != new.scopes
}

#[cfg(test)]
mod tests;
