//! Warnings of the boot for the operator, about what is allowed, but hardly meant.

use loco_rs::app::AppContext;
use tracing::Level;

use crate::{boot::database, config::Settings, events::SHOWN, protocol::redirect_uri};

/// Logs what may stop the app (OS-20), which settings are allowed, but hardly meant (OS-11), and what
/// the app's logger hides.
pub fn warn(ctx: &AppContext, settings: &Settings, app_name: &str) {
    if !database::is_safe(ctx) {
        tracing::warn!(target: SHOWN, rule = "OS-20", "oauth_server: {}", database::pool_text());
    }
    for warning in of(settings) {
        tracing::warn!(target: SHOWN, rule = "OS-11", "oauth_server: {warning}");
    }
    if let Some(hidden) = hidden(app_name) {
        if settings.production {
            tracing::warn!(target: SHOWN, "oauth_server: {hidden}");
        } else {
            tracing::info!(target: SHOWN, "oauth_server: {hidden}");
        }
    }
}

/// Returns a text for each setting that is allowed, but hardly meant (OS-11).
pub fn of(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    if settings.production && settings.registration.anonymous {
        let warning = "allow_unauthenticated_client_registration: everybody on the internet can \
                       register a client with any name — initial_access_token_hashes keeps \
                       strangers out";
        warnings.push(warning.to_owned());
    }
    let schemes = settings.registration.redirect_schemes.iter();
    let without_effect = schemes.filter(|scheme| {
        redirect_uri::is_never_a_redirect(scheme) || matches!(scheme.as_str(), "http" | "https")
    });
    warnings.extend(without_effect.map(|scheme| {
        format!(
            "redirect_schemes: `{scheme}` has no effect, it is no scheme of an app on a device — \
             remove it"
        )
    }));
    warnings
}

/// Returns what to write into the settings, if the app's logger drops audit events or warnings of this
/// plugin.
fn hidden(app_name: &str) -> Option<String> {
    let audit = tracing::enabled!(target: "oauth_server::audit", Level::INFO);
    let faults = tracing::enabled!(target: "loco_oauth_server", Level::WARN);
    (!(audit && faults)).then(|| {
        format!(
            "the logger hides faults of the plugin, and audit events but for those of refusals — logger.override_filter: \
             \"{app_name}=info,loco_rs=info,tower_http=info,loco_oauth_server=info,oauth_server=info\""
        )
    })
}
