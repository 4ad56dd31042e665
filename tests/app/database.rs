//! A database per test: a SQLite file, or a database on the server of `TEST_POSTGRES_URL`.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use loco_oauth_server::internals::server::Server;
use loco_rs::app::AppContext;
use sea_orm::Statement;
use tempfile::TempDir;

use super::postgres::PostgresDatabase;

static RECORDERS: LazyLock<Mutex<HashMap<String, Recorder>>> = LazyLock::new(Mutex::default);

/// Every statement that the app ran; `BEGIN` and `COMMIT` are not reported.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Statement>>>);

impl Recorder {
    /// The SQL of the statements since the last call.
    pub fn take(&self) -> Vec<String> {
        let statements = self.take_statements().into_iter();
        statements.map(|statement| statement.sql).collect()
    }

    /// The statements since the last call, with their values.
    pub fn take_statements(&self) -> Vec<Statement> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A database that is empty at first and belongs to one test.
pub struct TestDatabase {
    pub uri: String,
    pub recorder: Recorder,
    place: Place,
}

/// Where a database is; what it takes goes with this value.
enum Place {
    Sqlite { _folder: TempDir },
    Postgres { _database: PostgresDatabase },
}

impl TestDatabase {
    pub async fn create() -> Self {
        let (uri, place) = match std::env::var("TEST_POSTGRES_URL") {
            Err(_) => {
                let folder = TempDir::new().unwrap();
                let file = folder.path().join("test.sqlite");
                let uri = format!("sqlite://{}?mode=rwc", file.display());
                (uri, Place::Sqlite { _folder: folder })
            }
            Ok(server) => {
                let database = PostgresDatabase::take(&server).await;
                let uri = database.uri.clone();
                let place = Place::Postgres {
                    _database: database,
                };
                (uri, place)
            }
        };
        let recorder = Recorder::default();
        RECORDERS
            .lock()
            .unwrap()
            .insert(uri.clone(), recorder.clone());
        Self {
            uri,
            recorder,
            place,
        }
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        RECORDERS.lock().unwrap().remove(&self.uri);
    }
}

/// Hooks the recorder of the server's database into the statements of the library.
pub fn record_library(ctx: &AppContext, server: &Server) {
    if let Some(recorder) = recorder_of(ctx) {
        let note = move |statement: &Statement| recorder.0.lock().unwrap().push(statement.clone());
        server.store.faults().watch(note);
    }
}

fn recorder_of(ctx: &AppContext) -> Option<Recorder> {
    let recorders = RECORDERS.lock().unwrap();
    recorders.get(&ctx.config.database.uri).cloned()
}

/// Hooks the recorder of the test's database into the app's connection, for the statements of its models.
pub fn record_statements(mut ctx: AppContext) -> AppContext {
    if let Some(recorder) = recorder_of(&ctx) {
        ctx.db.set_metric_callback(move |info| {
            recorder.0.lock().unwrap().push(info.statement.clone());
        });
    }
    ctx
}
