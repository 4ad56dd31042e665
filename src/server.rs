//! The authorization server of one app: settings, keys, pages, tables, users.

use std::{path::PathBuf, sync::Arc};

use loco_rs::app::AppContext;

use crate::{
    app::{boot, definition::OAuthServerDefinition, owners::OwnersOf},
    clock::Clock,
    config::{self, Settings, urls::Urls},
    error::PageError,
    events::Events,
    fetch::Fetcher,
    keys::Keys,
    limits::Memory,
    people::{ResourceOwners, hashing::Hashing},
    protocol::{client::Client, policy::Policy},
    store::{Store, StoreResult, clients},
    views::Views,
};

/// Where the app keeps its overrides of pages, stylesheet and texts.
pub const VIEWS: &str = "assets/views/oauth_server";

/// Everything a request needs. One per app, behind an [`Arc`] in the app's shared store.
pub struct Server {
    /// The settings, defaults resolved.
    pub settings: Settings,
    /// The issuer and every URL.
    pub urls: Urls,
    /// The operator's decisions, as the protocol rules read them.
    pub policy: Policy,
    /// Signing keys.
    pub keys: Keys,
    /// The pages.
    pub views: Views,
    /// The tables.
    pub store: Store,
    /// The app's users and hooks.
    pub owners: Arc<dyn ResourceOwners>,
    /// The time.
    pub clock: Clock,
    /// Fetched keys of static clients, which have no row.
    pub(crate) static_keys: crate::clients::keys::StaticKeys,
    /// The one way to ask others.
    pub fetcher: Fetcher,
    /// Server metadata, the same bytes at every well-known address.
    pub metadata: String,
    /// Whether people can set a new password by mail.
    pub(crate) password_reset: bool,
    /// Metadata of this origin's resources, by path and query (RFC 9728).
    pub resource_metadata: Vec<(String, String)>,
    /// Bounds password hashing to all cores but one (FA-04).
    pub(crate) hashing: Hashing,
    /// Counters of rate limits that are kept in memory.
    pub(crate) limits: Memory,
    /// Who hears of what happens.
    pub(crate) events: Events,
    /// Whether an unread proxy was told (OS-09).
    pub(crate) proxy: crate::http::proxy::Told,
    /// Page requests at other hosts that were sent to `base_url`.
    pub(crate) sent_on: crate::http::other_host::SentOn,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("issuer", &self.urls.issuer)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Builds the server of an app: settings, keys, tables, pages. Tasks call this too, because
    /// Loco runs no initializer for them.
    ///
    /// # Errors
    /// When the settings, the keys or the tables are not as they must be; the text lists every
    /// finding and its fix.
    pub async fn load<D: OAuthServerDefinition>(ctx: &AppContext) -> loco_rs::Result<Arc<Self>> {
        let settings = settings(ctx)?;
        let store = Store::new(ctx.db.clone(), D::TABLES);
        boot::check_tables(&store, D::SCHEMA, D::SCHEMA_VERSION).await?;
        boot::check_static_clients(&store, &settings).await?;
        let password_reset = boot::password_reset::<D>(&settings, ctx)?;
        let owners = OwnersOf::<D>::default();
        boot::check_subjects(&store, &settings, &owners).await?;
        let owners = Arc::new(owners);
        let mut server = Self::assemble(ctx, settings, store, owners).await?;
        server.password_reset = password_reset;
        Ok(Arc::new(server))
    }

    async fn assemble(
        ctx: &AppContext,
        settings: Settings,
        store: Store,
        owners: Arc<dyn ResourceOwners>,
    ) -> loco_rs::Result<Self> {
        let clock = Clock::system();
        let events = Events::new(owners.subscribers(ctx), clock.clone());
        let keys = Keys::load(&settings, clock.now())
            .await
            .map_err(boot::error)?;
        let fetcher = Fetcher::new(&settings).map_err(boot::error)?;
        let urls = Urls::new(&settings);
        let policy = boot::policy(&settings, &urls, !owners.signup_fields().is_empty());
        let told = boot::Told {
            policy: &policy,
            keys: &keys,
            claims: owners.supported_claims(),
        };
        let metadata = boot::metadata(&settings, &urls, told)?;
        let resource_metadata = boot::resource_metadata(&settings, &urls)?;
        let views = Views::new(
            Some(PathBuf::from(VIEWS)),
            &settings.locales,
            &settings.default_locale,
            cfg!(debug_assertions),
        )
        .map_err(boot::error)?;
        for file in views.broken() {
            tracing::error!(
                rule = "PG-02",
                file,
                "a page of the app is broken; the shipped one is used"
            );
        }
        Ok(Self {
            settings,
            urls,
            policy,
            keys,
            views,
            store,
            owners,
            clock,
            static_keys: crate::clients::keys::StaticKeys::default(),
            fetcher,
            metadata,
            password_reset: false,
            resource_metadata,
            hashing: Hashing::default(),
            limits: Memory::default(),
            events,
            proxy: crate::http::proxy::Told::default(),
            sent_on: crate::http::other_host::SentOn::default(),
        })
    }

    /// Unix seconds now.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Reads the keys again if that is due, before a request uses them.
    pub(crate) async fn look_at_keys(&self) {
        self.keys.up_to_date(self.now(), Some(&self.events)).await;
    }

    /// The static client with this id. Static clients are looked up first.
    pub fn static_client(&self, client_id: &str) -> Option<&Client> {
        self.settings
            .clients
            .iter()
            .find(|client| client.client_id == client_id)
    }

    /// The client with this id, static or from the table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn client(&self, client_id: &str) -> StoreResult<Option<Client>> {
        if let Some(client) = self.static_client(client_id) {
            return Ok(Some(client.clone()));
        }
        let tables = self.store.tables();
        let found = self
            .store
            .run(|db| clients::find(db, tables, client_id))
            .await?;
        Ok(found.filter(|client| self.knows(client)))
    }

    /// The client of a request: static ones have no row.
    pub fn known_client<'a>(
        &'a self,
        client_id: &str,
        row: Option<&'a Client>,
    ) -> Option<&'a Client> {
        let row = row.filter(|client| self.knows(client));
        self.static_client(client_id).or(row)
    }

    /// The id to look up in the table: `None` for static clients.
    pub fn id_in_table<'a>(&self, client_id: &'a str) -> Option<&'a str> {
        self.static_client(client_id).is_none().then_some(client_id)
    }

    /// Notes that a code or token was issued to a client, at most once an hour and after the
    /// answer: a failure costs nothing.
    pub fn used(&self, client: &Client) {
        let now = self.now();
        let fresh = client
            .last_used_at
            .is_some_and(|at| now.saturating_sub(at) < 3600);
        if fresh || self.static_client(&client.client_id).is_some() {
            return;
        }
        let (store, client_id) = (self.store.clone(), client.client_id.clone());
        tokio::spawn(async move {
            let touch = |db| clients::touch(db, store.tables(), &client_id, now);
            if let Err(error) = store.run(touch).await {
                tracing::warn!(%error, "the last use of a client could not be noted");
            }
        });
    }

    /// The subject of a user as `client` sees it (SU-01 to SU-03).
    pub fn subject(&self, client: &Client, subject: &str) -> Option<String> {
        let secret = self.settings.pairwise_secret.as_ref();
        let secret = secret.map(config::Secret::expose);
        crate::protocol::subject::for_client(client, subject, secret)
    }

    /// The permits of password hashing, for tests that use them up (FA-04).
    #[cfg(feature = "testing")]
    pub fn hashing(&self) -> &tokio::sync::Semaphore {
        self.hashing.permits()
    }

    /// A place to wait for a core, for tests that take them all (FA-04).
    #[cfg(feature = "testing")]
    pub fn hashing_place(&self) -> Option<crate::people::hashing::Place> {
        self.hashing.place().ok()
    }

    /// GE-11: `enable_password_reset` is off, or the app sets no passwords.
    ///
    /// # Errors
    /// PAGE(404).
    pub(crate) fn check_password_reset(&self) -> Result<(), PageError> {
        if self.password_reset {
            Ok(())
        } else {
            Err(PageError::switched_off("enable_password_reset is off"))
        }
    }

    /// Whether people can make an account here.
    pub const fn has_signup(&self) -> bool {
        self.policy.signup
    }
}

/// The app's settings of this plugin.
///
/// # Errors
/// All findings at once.
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

/// Name of the running binary: the default of `app_name`.
fn app_name() -> String {
    let binary = std::env::args().next().unwrap_or_default();
    let name = std::path::Path::new(&binary).file_stem();
    let name = name.map_or_else(|| "app".into(), |name| name.to_string_lossy());
    name.trim_end_matches("-cli").to_owned()
}
