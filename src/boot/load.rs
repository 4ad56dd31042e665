//! Builds the server of an app: settings, keys, tables, pages, services.

use std::{path::PathBuf, sync::Arc};

use loco_rs::app::AppContext;

use super::{definition::OAuthServerDefinition, logout_jobs, owners::AppOwners};
use crate::{
    boot,
    clients::{ClientRegistry, ClientRegistryParts, registration::Registrar},
    clock::Clock,
    config::{Settings, urls::Urls},
    consents::ConsentService,
    events::Events,
    fetch::Fetcher,
    interactions::{InteractionService, InteractionServiceParts},
    keys::{Keys, root_secret},
    limits::RateLimiter,
    logouts::{LogoutService, LogoutServiceParts},
    people::{
        People, ResourceOwners,
        capabilities::PasswordSetter,
        password_reset::{PasswordReset, PasswordResetParts},
    },
    protocol::{client::GrantType, device_authorization::UserCodeKey},
    server::{PublicDocuments, Server},
    sessions::{SessionService, SessionServiceParts},
    store::Store,
    tokens::{TokenService, TokenServiceParts},
    views::{Edits, Views},
};

/// Where the app keeps its overrides of pages, stylesheet and texts.
pub const VIEWS: &str = "assets/views/oauth_server";

/// Builds the server of an app. Tasks call this too, because Loco runs no initializer for them.
///
/// # Errors
/// When the settings, the keys or the tables are not as they must be; the text lists every
/// finding and its fix.
pub async fn server<D: OAuthServerDefinition>(ctx: &AppContext) -> loco_rs::Result<Arc<Server>> {
    let settings = settings(ctx)?;
    let store = Store::new(ctx.db.clone(), D::TABLES);
    boot::check_tables(&store, D::EXTRA_COLUMNS).await?;
    boot::check_static_clients(&store, &settings).await?;
    let password_setter = boot::password_setter::<D>(&settings, ctx)?;
    let app = AppOwners::<D>::default();
    boot::check_subjects(&store, &settings, &app).await?;
    let inputs = BootInputs {
        settings,
        store,
        app: Arc::new(app),
        password_setter,
    };
    Ok(Arc::new(assemble(ctx, inputs).await?))
}

/// Returns the server of this app: the one that the initializer built, or a new one where no
/// initializer ran, as for tasks.
///
/// # Errors
/// When a new server cannot be built, for the reasons of [`server`].
pub async fn running<D: OAuthServerDefinition>(ctx: &AppContext) -> loco_rs::Result<Arc<Server>> {
    if let Some(server) = ctx.shared_store.get::<Arc<Server>>() {
        return Ok(server);
    }
    server::<D>(ctx).await
}

/// What was read and checked before the services are made.
struct BootInputs {
    settings: Settings,
    store: Store,
    app: Arc<dyn ResourceOwners>,
    /// How people set a new password by mail, if they can.
    password_setter: Option<PasswordSetter>,
}

#[allow(
    clippy::too_many_lines,
    reason = "one service after the other, each from those before it"
)]
async fn assemble(ctx: &AppContext, inputs: BootInputs) -> loco_rs::Result<Server> {
    let BootInputs {
        settings,
        store,
        app,
        password_setter,
    } = inputs;
    let clock = Clock::system();
    let events = Events::new(app.subscribers(ctx), clock.clone());
    let keys = Keys::load(&settings, clock.now()).await;
    let keys = Arc::new(keys.map_err(boot::error)?);
    let nonce_secret = if settings.dpop.nonce {
        Some(root_secret(&settings).await.map_err(boot::error)?)
    } else {
        None
    };
    let fetcher = Arc::new(Fetcher::new(&settings).map_err(boot::error)?);
    let urls = Arc::new(Urls::new(&settings));
    let policy = boot::policy(&settings, &urls, app.as_ref());
    let policy = Arc::new(policy);
    let documents = PublicDocuments {
        server: boot::metadata(
            &settings,
            &urls,
            boot::MetadataSources {
                policy: &policy,
                keys: &keys,
                claims: app.supported_claims(),
            },
        )?,
        resources: boot::resource_metadata(&settings, &urls)?,
    };
    let views = Arc::new(views(&settings)?);
    let user_codes = user_codes(&settings).await?;
    let settings = Arc::new(settings);

    let limits = RateLimiter::new(
        Arc::clone(&settings),
        store.clone(),
        clock.clone(),
        events.clone(),
    );
    let people = Arc::new(People::new(
        app,
        Arc::clone(&settings),
        store.clone(),
        clock.clone(),
    ));
    let password_reset = PasswordReset::new(PasswordResetParts {
        people: Arc::clone(&people),
        settings: Arc::clone(&settings),
        urls: Arc::clone(&urls),
        views: Arc::clone(&views),
        store: store.clone(),
        clock: clock.clone(),
        setter: password_setter,
    });
    let clients = Arc::new(ClientRegistry::new(ClientRegistryParts {
        settings: Arc::clone(&settings),
        urls: Arc::clone(&urls),
        store: store.clone(),
        clock: clock.clone(),
        events: events.clone(),
        keys: Arc::clone(&keys),
        fetcher: Arc::clone(&fetcher),
    }));
    let registrar = Registrar::new(Arc::clone(&clients), Arc::clone(&people));
    let logouts = Arc::new(LogoutService::new(LogoutServiceParts {
        urls: Arc::clone(&urls),
        store: store.clone(),
        clock: clock.clone(),
        events: events.clone(),
        keys: Arc::clone(&keys),
        fetcher: Arc::clone(&fetcher),
        clients: Arc::clone(&clients),
        queue: logout_jobs::queue(ctx),
    }));
    let sessions = Arc::new(SessionService::new(SessionServiceParts {
        settings: Arc::clone(&settings),
        store: store.clone(),
        clock: clock.clone(),
        events: events.clone(),
        people: Arc::clone(&people),
        clients: Arc::clone(&clients),
        logouts: Arc::clone(&logouts),
    }));
    let consents = ConsentService::new(
        store.clone(),
        clock.clone(),
        events.clone(),
        Arc::clone(&clients),
    );
    let tokens = TokenService::new(TokenServiceParts {
        settings: Arc::clone(&settings),
        urls: Arc::clone(&urls),
        policy: Arc::clone(&policy),
        keys: Arc::clone(&keys),
        store: store.clone(),
        clock: clock.clone(),
        events: events.clone(),
        people: Arc::clone(&people),
        clients: Arc::clone(&clients),
        nonce_secret,
    });
    let interactions = InteractionService::new(InteractionServiceParts {
        settings: Arc::clone(&settings),
        urls: Arc::clone(&urls),
        policy: Arc::clone(&policy),
        store: store.clone(),
        clock: clock.clone(),
        events: events.clone(),
        people: Arc::clone(&people),
        clients: Arc::clone(&clients),
        sessions: Arc::clone(&sessions),
        user_codes,
    });
    Ok(Server {
        settings,
        urls,
        policy,
        clock,
        store,
        events,
        keys,
        fetcher,
        views,
        limits,
        people,
        password_reset: Arc::new(password_reset),
        clients,
        registrar,
        logouts,
        sessions,
        consents,
        tokens,
        interactions,
        documents,
    })
}

/// The key of user codes, where devices are served (ID-02).
async fn user_codes(settings: &Settings) -> loco_rs::Result<Option<UserCodeKey>> {
    if !settings.grant_types.contains(&GrantType::DeviceCode) {
        return Ok(None);
    }
    let root = root_secret(settings).await.map_err(boot::error)?;
    Ok(Some(UserCodeKey::new(root.expose())))
}

fn views(settings: &Settings) -> loco_rs::Result<Views> {
    let views = Views::new(
        Some(PathBuf::from(VIEWS)),
        &settings.locales,
        &settings.default_locale,
        Edits::of_this_build(),
    )
    .map_err(boot::error)?;
    for file in views.broken() {
        tracing::error!(
            rule = "PG-02",
            file,
            "a page of the app is broken; the shipped one is used"
        );
    }
    Ok(views)
}

/// Reads the settings of this plugin from the app's configuration.
///
/// # Errors
/// When a setting is wrong; the text lists all findings at once.
pub fn settings(ctx: &AppContext) -> loco_rs::Result<Settings> {
    let initializers = ctx.config.initializers.as_ref();
    let block = initializers.and_then(|all| all.get("oauth_server"));
    let app_name = app_name();
    Settings::from_config(
        block,
        &ctx.environment,
        &ctx.config.server.full_url(),
        &app_name,
    )
    .map_err(boot::error)
}

/// Returns the name of the running binary, which is the default of `app_name`.
fn app_name() -> String {
    let binary = std::env::args().next().unwrap_or_default();
    let name = std::path::Path::new(&binary).file_stem();
    let name = name.map_or_else(|| "app".into(), |name| name.to_string_lossy());
    name.trim_end_matches("-cli").to_owned()
}
