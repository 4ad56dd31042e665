//! A fresh database per test.

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use tempfile::TempDir;
use uuid::Uuid;

/// Names a PostgreSQL server on which databases can be created.
const SERVER: &str = "TEST_POSTGRES_URL";

pub struct TestDatabase {
    pub connection: DatabaseConnection,
    url: String,
    place: Place,
}

enum Place {
    Folder(TempDir),
    /// The server's maintenance database, and the name of ours.
    Server(DatabaseConnection, String),
}

impl TestDatabase {
    /// One database per engine that can be reached.
    pub async fn all() -> Vec<Self> {
        let mut databases = vec![Self::sqlite().await];
        if let Ok(server) = std::env::var(SERVER) {
            databases.push(Self::postgres(&server).await);
        }
        databases
    }

    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("test.sqlite");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        Self {
            connection: connect(&url).await,
            url,
            place: Place::Folder(folder),
        }
    }

    async fn postgres(server: &str) -> Self {
        let name = format!("drift_{}", Uuid::new_v4().simple());
        let maintenance = connect(server).await;
        let create = format!("CREATE DATABASE {name}");
        maintenance
            .execute_unprepared(&create)
            .await
            .expect("CREATE DATABASE");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        let url = format!("{base}/{name}");
        Self {
            connection: connect(&url).await,
            url,
            place: Place::Server(maintenance, name),
        }
    }

    /// A connection of its own, like that of another node.
    pub async fn connect_again(&self) -> DatabaseConnection {
        connect(&self.url).await
    }

    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    pub async fn execute(&self, sql: &str) {
        self.connection.execute_unprepared(sql).await.expect(sql);
    }

    /// Number of rows of a table, or of `table WHERE …`.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS number FROM {table}");
        let statement = Statement::from_string(self.backend(), sql);
        let row = self.connection.query_one_raw(statement).await.expect(table);
        row.expect("one row")
            .try_get("", "number")
            .expect("a number")
    }

    pub async fn close(self) {
        self.connection.close().await.expect("close");
        match self.place {
            Place::Folder(folder) => folder.close().expect("remove the folder"),
            Place::Server(maintenance, name) => {
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                maintenance
                    .execute_unprepared(&drop)
                    .await
                    .expect("DROP DATABASE");
            }
        }
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // Loco's default.
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect(url)
}
