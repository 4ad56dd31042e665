//! The same operations with nothing but what cannot be left out.
//!
//! That is the statements, the hashes, the signatures, and answers of about the same bytes. It checks
//! less than the server does, and is no server for anybody.
//!
//! A handler sends what the server sends for a request that is alone, one statement after the other. Where the
//! server lets requests at the same time share a statement or a commit, each has its own here.

mod database;
mod documents;
mod endpoints;
mod keys;
mod secrets;
mod sql;
mod tokens;

use std::{env, path::Path, sync::Arc};

use axum::{
    Router,
    routing::{get, post},
};
use demo::app::App;
use loco_rs::{
    app::Hooks,
    boot::create_context,
    environment::{Environment, resolve_from_env},
};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use self::{
    database::{Database, Pool},
    documents::Documents,
    keys::SigningKey,
};
use crate::{Fault, site::GUARDED};

/// Passphrase of the key files, from the configuration.
const PASSPHRASE: &str = "speed-passphrase";
const MACHINE_SECRET: &str = "speed-machine-secret-0123456789abcdefgh";
const CODE_SECRET: &str = "speed-code-secret-0123456789abcdefghijk";

/// What the handlers share.
#[derive(Debug)]
struct Bare {
    database: Database,
    key: SigningKey,
    documents: Documents,
    /// The URL of this server.
    base_url: String,
    machine_secret: [u8; 32],
    code_secret: [u8; 32],
}

/// Serves the handlers where the configuration of the demo says, with the pool that the demo opens.
///
/// # Errors
/// When the configuration, the keys or the database cannot be read, or the address is taken.
pub async fn serve() -> Result<(), Fault> {
    let environment: Environment = resolve_from_env().into();
    let config = App::load_config(&environment).await?;
    let address = format!("{}:{}", config.server.binding, config.server.port);
    let ctx = create_context::<App>(&environment, config).await?;
    let database = match ctx.db.get_database_backend() {
        sea_orm::DbBackend::Sqlite => Database {
            pool: Pool::Sqlite(ctx.db.get_sqlite_connection_pool().clone()),
            sql: sql::SQLITE,
        },
        _ => Database {
            pool: Pool::Postgres(ctx.db.get_postgres_connection_pool().clone()),
            sql: sql::POSTGRES,
        },
    };
    let keys = keys::read(Path::new(&env::var("SPEED_KEYS")?), PASSPHRASE)?;
    let base_url = env::var("SPEED_BASE_URL")?;
    let documents = Documents::new(&base_url, &keys);
    let alg = env::var("SPEED_ALG")?;
    let key = keys.into_iter().find(|key| key.alg() == alg);
    let bare = Bare {
        database,
        key: key.ok_or("no key of the algorithm")?,
        documents,
        base_url,
        machine_secret: Sha256::digest(MACHINE_SECRET).into(),
        code_secret: Sha256::digest(CODE_SECRET).into(),
    };
    let listener = TcpListener::bind(address).await?;
    Ok(axum::serve(listener, routes(bare)).await?)
}

fn routes(bare: Bare) -> Router {
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(endpoints::discovery),
        )
        .route("/oauth/jwks", get(endpoints::jwks))
        .route("/oauth/token", post(endpoints::token))
        .route("/oauth/introspect", post(endpoints::introspect))
        .route("/oauth/authorize", get(endpoints::authorize))
        .route("/oauth/userinfo", get(endpoints::userinfo))
        .route(GUARDED, get(endpoints::guarded))
        .with_state(Arc::new(bare))
}
