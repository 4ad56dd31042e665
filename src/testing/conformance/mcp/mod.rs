//! The authorization text of the Model Context Protocol, revision 2026-07-28, for a server that is
//! both: the authorization server, and the MCP server behind the guard.

mod clients;
mod discovery;
mod flows;
mod resource;

use super::plan::{Module, modules};

pub(super) fn modules() -> Vec<Module> {
    modules! {
        "mcp-authorization-server-metadata" => discovery::server_metadata,
        "mcp-metadata-offers-pkce" => discovery::offers_pkce,
        "mcp-protected-resource-metadata" => discovery::resource_metadata,
        "mcp-challenge-without-token" => resource::challenge_without_token,
        "mcp-challenge-invalid-token" => resource::challenge_invalid_token,
        "mcp-token-in-query-refused" => resource::token_in_query,
        "mcp-token-for-resource-accepted" => resource::token_for_resource,
        "mcp-token-for-other-audience-refused" => resource::token_for_other_audience,
        "mcp-expired-token-refused" => resource::expired_token,
        "mcp-insufficient-scope" => resource::insufficient_scope,
        "mcp-pkce-required" => flows::pkce_required,
        "mcp-pkce-plain-refused" => flows::pkce_plain,
        "mcp-pkce-wrong-verifier-refused" => flows::wrong_verifier,
        "mcp-iss-in-success" => flows::iss_in_success,
        "mcp-iss-in-error" => flows::iss_in_error,
        "mcp-unknown-resource-refused" => flows::unknown_resource,
        "mcp-resource-at-token-endpoint" => flows::resource_at_token_endpoint,
        "mcp-redirect-uri-exact" => flows::redirect_uri_exact,
        "mcp-code-single-use" => flows::code_single_use,
        "mcp-refresh-token-rotates" => flows::refresh_token_rotates,
        "mcp-unknown-client-refused" => flows::unknown_client,
        "mcp-dynamic-registration" => clients::dynamic_registration,
        "mcp-loopback-any-port" => clients::loopback_any_port,
        "mcp-client-id-metadata-document" => clients::document,
        "mcp-client-id-metadata-document-mismatch" => clients::document_mismatch,
    }
}
