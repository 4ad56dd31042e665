//! The settings: `initializers: oauth_server:` of the environment's YAML, parsed once into a
//! [`Settings`] and checked at boot, so that no route exists with a setting that cannot work.

mod address;
mod choices;
mod clients;
mod exchange;
mod fetch;
mod finding;
mod keys;
mod metadata;
mod names;
mod ranges;
mod rate_limits;
mod raw;
mod raw_lists;
mod read;
mod registration;
mod resolve;
mod resources;
mod scopes;
mod secret_json;
mod settings;
#[cfg(test)]
mod tests;
pub mod urls;
mod values;

use loco_rs::environment::Environment;
use serde_json::Value;

use self::finding::Findings;
pub use self::{
    choices::{
        AssertionAudience, LogoutRevokes, RateLimitStore, RefreshRotation, RefreshTokenPolicy,
        TokenFormat,
    },
    finding::SettingsError,
    keys::{KeySettings, KeySource, SecretSource},
    metadata::DerivedMetadata,
    rate_limits::{RateLimit, RateLimitEntry},
    secret_json::SecretJson,
    settings::{Resource, Settings},
};
pub use crate::protocol::secret::Secret;

/// Data of the app that defaults come from.
#[derive(Clone, Copy)]
struct AppEnvironment<'a> {
    environment: &'a Environment,
    /// Loco's `server.full_url()`.
    server_url: &'a str,
    app_name: &'a str,
}

impl AppEnvironment<'_> {
    fn production(self) -> bool {
        *self.environment == Environment::Production
    }
}

impl Settings {
    /// Reads and checks the block. `server_url` is Loco's `server.full_url()`, the default of
    /// `base_url` outside production; `app_name` the default of `app_name`.
    ///
    /// # Errors
    /// Returns every mistake in the settings at once.
    pub fn from_config(
        block: Option<&Value>,
        environment: &Environment,
        server_url: &str,
        app_name: &str,
    ) -> Result<Self, SettingsError> {
        let app_environment = AppEnvironment {
            environment,
            server_url,
            app_name,
        };
        let mut findings = Findings::default();
        let absent = Value::Object(serde_json::Map::new());
        let block = block.filter(|block| !block.is_null()).unwrap_or_else(|| {
            if app_environment.production() {
                findings.add(
                    "the block",
                    "missing",
                    "write `initializers: oauth_server:` into config/production.yaml",
                );
            }
            &absent
        });
        if !block.is_object() {
            findings.add("the block", "not a map", "write keys below `oauth_server:`");
        }
        let raw = read::read(block, &mut findings);
        let settings = resolve::resolve(raw, app_environment, &mut findings);
        findings.into_result(settings)
    }
}
