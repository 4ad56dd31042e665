//! The tools: everybody's own notes, in memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::request::Parts;
use loco_oauth_server::AccessToken;
use rmcp::{
    ErrorData, ServerHandler,
    handler::server::{tool::Extension, wrapper::Parameters},
    model::{ServerCapabilities, ServerConfig},
    schemars, tool, tool_handler, tool_router,
};

/// Notes by subject.
#[derive(Default)]
pub struct Notebooks(Mutex<HashMap<String, Vec<String>>>);

/// The MCP server.
#[derive(Clone)]
pub struct Notes {
    notebooks: Arc<Notebooks>,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub struct NewNote {
    /// The note.
    text: String,
}

#[tool_router]
impl Notes {
    pub fn new(notebooks: Arc<Notebooks>) -> Self {
        Self { notebooks }
    }

    #[tool(description = "Lists your notes")]
    fn list_notes(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let token = token(&parts, "mcp:read")?;
        let notes = self
            .notebooks
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = notes.get(&token.sub).map(|notes| notes.join("\n"));
        Ok(own.unwrap_or_default())
    }

    #[tool(description = "Adds a note to yours")]
    fn add_note(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(note): Parameters<NewNote>,
    ) -> Result<String, ErrorData> {
        let token = token(&parts, "mcp:write")?;
        let mut notes = self
            .notebooks
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = notes.entry(token.sub.clone()).or_default();
        own.push(note.text);
        Ok(format!("{} notes", own.len()))
    }
}

#[tool_handler]
impl ServerHandler for Notes {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_instructions("Keeps notes")
    }
}

/// The token that the guard accepted. The scope was asked for before; a tool that trusts nobody
/// looks again.
fn token<'p>(parts: &'p Parts, scope: &str) -> Result<&'p AccessToken, ErrorData> {
    let token = parts.extensions.get::<AccessToken>();
    token
        .filter(|token| token.scopes.contains(scope))
        .ok_or_else(|| ErrorData::invalid_request("not allowed", None))
}
