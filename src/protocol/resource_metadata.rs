//! Protected resource metadata (RFC 9728 §2, §3).

use std::sync::Arc;

use serde::Serialize;
use url::Url;

use super::jwk::SigningAlg;

/// Where the documents of an origin live: the path of the resource follows (RFC 9728 §3.1).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The document of one resource. Members that say nothing are left out (GE-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names are those of RFC 9728")]
pub struct ResourceMetadata {
    pub resource: String,
    pub authorization_servers: Vec<String>,
    pub bearer_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_documentation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_tos_uri: Option<String>,
    /// While `dpop.enabled` is on (RFC 9449 §5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_signing_alg_values_supported: Option<[SigningAlg; 4]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens_required: bool,
}

/// Path and query of a resource's document: those of its identifier, inserted behind
/// [`WELL_KNOWN`], without a terminating slash (RFC 9728 §3.1).
#[must_use]
pub fn location(identifier: &str) -> Option<String> {
    let url = Url::parse(identifier).ok()?;
    let query = url
        .query()
        .map_or_else(String::new, |query| format!("?{query}"));
    let path = url.path().trim_end_matches('/');
    Some(format!("{WELL_KNOWN}{path}{query}"))
}

/// The metadata of one resource, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDocument {
    /// Path and query at which it is served.
    pub location: String,
    /// The document, as JSON text.
    pub body: Arc<[u8]>,
}

/// Returns the document at a request target: a trailing slash is tolerated, and a query that no
/// identifier has is ignored.
#[must_use]
pub fn find<'d>(
    documents: &'d [ResourceDocument],
    path: &str,
    query: Option<&str>,
) -> Option<&'d ResourceDocument> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let at = |wanted: &str| documents.iter().find(|it| it.location == wanted);
    let exact = query.and_then(|query| at(&format!("{path}?{query}")));
    exact.or_else(|| at(path))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://as.example/mcp", "/.well-known/oauth-protected-resource/mcp")]
    #[case("https://as.example/mcp/", "/.well-known/oauth-protected-resource/mcp")]
    #[case(
        "https://as.example/t1/mcp",
        "/.well-known/oauth-protected-resource/t1/mcp"
    )]
    #[case("https://as.example/", "/.well-known/oauth-protected-resource")]
    #[case("https://as.example", "/.well-known/oauth-protected-resource")]
    #[case(
        "https://as.example/a?k=v",
        "/.well-known/oauth-protected-resource/a?k=v"
    )]
    fn s19_2_location(#[case] identifier: &str, #[case] expected: &str) {
        assert_eq!(location(identifier).as_deref(), Some(expected));
    }

    #[rstest]
    #[case("/mcp", None, Some("mcp"))]
    #[case("/mcp/", None, Some("mcp"))]
    #[case("/mcp//", None, None)]
    #[case("/mcp", Some("x=1"), Some("mcp"))]
    #[case("/a", Some("k=v"), Some("a"))]
    #[case("/a", None, None)]
    #[case("", None, None)]
    #[case("/other", None, None)]
    fn s19_2_what_is_asked_for(
        #[case] path: &str,
        #[case] query: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let documents = [("/mcp", "mcp"), ("/a?k=v", "a")].map(|(below, body)| ResourceDocument {
            location: format!("{WELL_KNOWN}{below}"),
            body: body.as_bytes().into(),
        });
        let path = format!("{WELL_KNOWN}{path}");
        let found = find(&documents, &path, query);
        assert_eq!(
            found.map(|document| &*document.body),
            expected.map(str::as_bytes)
        );
    }
}
