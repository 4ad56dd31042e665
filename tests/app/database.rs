//! A database per test: a SQLite file, or a database on the server of `TEST_POSTGRES_URL`.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use loco_rs::app::AppContext;
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

static NEXT: AtomicU64 = AtomicU64::new(0);
static RECORDERS: LazyLock<Mutex<HashMap<String, Recorder>>> = LazyLock::new(Mutex::default);

/// SQL of every statement that the app ran; `BEGIN` and `COMMIT` are not reported.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A fresh database; dropped with this value.
pub struct TestDatabase {
    pub uri: String,
    pub recorder: Recorder,
    _directory: Option<TempDir>,
    postgres: Option<(String, String)>,
}

impl TestDatabase {
    pub async fn create() -> Self {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = format!("oauth_{}_{number}", std::process::id());
        let recorder = Recorder::default();
        let database = match std::env::var("TEST_POSTGRES_URL") {
            Err(_) => {
                let directory = TempDir::new().unwrap();
                let file = directory.path().join("test.sqlite");
                Self {
                    uri: format!("sqlite://{}?mode=rwc", file.display()),
                    recorder,
                    _directory: Some(directory),
                    postgres: None,
                }
            }
            Ok(admin) => {
                let db = Database::connect(&admin).await.unwrap();
                db.execute_unprepared(&format!("CREATE DATABASE {name}"))
                    .await
                    .unwrap();
                let (server, _) = admin.rsplit_once('/').unwrap();
                Self {
                    uri: format!("{server}/{name}"),
                    recorder,
                    _directory: None,
                    postgres: Some((admin, name)),
                }
            }
        };
        RECORDERS
            .lock()
            .unwrap()
            .insert(database.uri.clone(), database.recorder.clone());
        database
    }

    pub const fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        RECORDERS.lock().unwrap().remove(&self.uri);
        if let Some((admin, name)) = self.postgres.take() {
            // A runtime of its own: drop cannot wait on the test's.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.unwrap().block_on(async {
                    let db = Database::connect(&admin).await.unwrap();
                    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    let _ = db.execute_unprepared(&drop).await;
                });
            })
            .join()
            .unwrap();
        }
    }
}

/// Hooks the recorder of the test's database into the app's connection.
pub fn record_statements(mut ctx: AppContext) -> AppContext {
    let recorder = RECORDERS
        .lock()
        .unwrap()
        .get(&ctx.config.database.uri)
        .cloned();
    if let Some(recorder) = recorder {
        ctx.db.set_metric_callback(move |info| {
            recorder.0.lock().unwrap().push(info.statement.sql.clone());
        });
    }
    ctx
}
