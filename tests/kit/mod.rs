//! The test kit on the dummy app, with Loco's test server.

mod acting_as;
mod asserting;
mod browsing;
mod device;
mod dpop;
mod evil;
mod flows;
mod own_pages;
mod rows;

use std::net::SocketAddr;

use loco_oauth_server::testing::{TestServer, factory};
use loco_rs::{
    app::{AppContext, Hooks},
    boot::StartMode,
    environment::Environment,
};
use serde_json::{Value, json};

use crate::app::{App, database::TestDatabase, fixtures, server::config, users};

/// The dummy app as `loco_rs::testing` boots one, and its user alice.
struct Kit {
    request: TestServer,
    ctx: AppContext,
    alice: users::Model,
    _database: TestDatabase,
}

impl Kit {
    async fn start() -> Self {
        Self::with(json!({})).await
    }

    /// With other settings of the plugin, by key.
    async fn with(settings: Value) -> Self {
        let database = TestDatabase::create().await;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = config(&database.uri, address, settings);
        let boot = App::boot(StartMode::ServerOnly, &Environment::Test, config)
            .await
            .unwrap();
        let router = boot.router.unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let ctx = boot.app_context;
        Self {
            request: TestServer::new(service).unwrap(),
            alice: create(&ctx, fixtures::ALICE).await,
            ctx,
            _database: database,
        }
    }

    async fn bob(&self) -> users::Model {
        create(&self.ctx, fixtures::BOB).await
    }

    /// A flow of alice with a new public client.
    fn flow(&self) -> loco_oauth_server::testing::Flow<'_> {
        loco_oauth_server::testing::flow(&self.request, &self.ctx).user(&self.alice)
    }

    async fn confidential(&self) -> factory::TestClient {
        factory::client().confidential().create(&self.ctx).await
    }
}

async fn create(ctx: &AppContext, email: &str) -> users::Model {
    users::Model::create(&ctx.db, email, fixtures::PASSWORD)
        .await
        .unwrap()
}
