//! `/mcp`: the MCP server behind the guard.

mod notes;
mod step_up;

use std::sync::Arc;

use axum::{middleware::from_fn, routing::any_service};
use loco_rs::controller::Routes;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};

use crate::models::oauth_server::OAuth;
use notes::{Notebooks, Notes};

/// From the outside in: the guard wants a token for `/mcp` with the resource's `default_scopes`,
/// then a call of a tool that needs more is refused, then the MCP server answers.
pub fn routes() -> Routes {
    let notebooks = Arc::new(Notebooks::default());
    let server = StreamableHttpService::new(
        move || Ok(Notes::new(Arc::clone(&notebooks))),
        Arc::new(LocalSessionManager::default()),
        // Every request brings its token; nothing is left to remember between two of them.
        StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true),
    );
    Routes::new()
        .add("/mcp", any_service(server))
        .layer(from_fn(step_up::scope_of_the_tool))
        .layer(OAuth::mcp("/mcp"))
}
