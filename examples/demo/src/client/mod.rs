//! A small OAuth client, as another app would have it: it knows the server only by its issuer and
//! talks to it over HTTP.

pub mod login;
pub mod provider;
pub mod sessions;

use loco_rs::{app::AppContext, Result};
use serde::Deserialize;

/// `settings:` of the app's configuration.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    pub client: ClientSettings,
}

/// What an operator gives to a client.
#[derive(Clone, Debug, Deserialize)]
pub struct ClientSettings {
    /// The server, byte for byte.
    pub issuer: String,
    /// Where this client lives, without a trailing slash.
    pub url: String,
    pub client_id: String,
    pub client_secret: String,
}

impl ClientSettings {
    /// # Errors
    /// When `settings.client` is not there.
    pub fn of(ctx: &AppContext) -> Result<Self> {
        Ok(ctx.config.settings::<Settings>()?.client)
    }

    pub fn redirect_uri(&self) -> String {
        format!("{}/client/callback", self.url)
    }
}
