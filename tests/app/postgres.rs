//! Databases of the tests on the PostgreSQL server of `TEST_POSTGRES_URL`.
//!
//! `CREATE DATABASE` and `DROP DATABASE` cost more than most tests, so a database is used again: it is
//! emptied when a test takes it. Its name is that of the test process and a number; the next
//! process finds the ones of the last. An advisory lock, which ends with the process, keeps two of them
//! apart.

use std::{
    collections::VecDeque,
    sync::{LazyLock, Mutex, OnceLock, mpsc},
    thread,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, FromQueryResult,
    Statement,
};

/// Databases that wait this long in the queue at least are not met by the last connections of the test
/// that had them.
const RESTING: usize = 4;

/// Any number that nobody else takes for an advisory lock.
const LOCK: i32 = 0x6f61;

static FREE: LazyLock<Mutex<Free>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Free {
    names: VecDeque<String>,
    made: usize,
}

/// A database that one test has for itself.
pub struct PostgresDatabase {
    pub uri: String,
    name: String,
}

impl PostgresDatabase {
    /// An empty database on the server whose maintenance database is at `server`.
    pub async fn take(server: &str) -> Self {
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        let name = Free::take(process_number(server));
        let uri = format!("{base}/{name}");
        let maintenance = connect(server).await;
        if exists(&maintenance, &name).await {
            empty(&maintenance, &name, &uri).await;
        } else {
            run(&maintenance, &format!("CREATE DATABASE {name}")).await;
        }
        maintenance.close().await.expect("close");
        Self { uri, name }
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        FREE.lock().expect("the queue").names.push_back(name);
    }
}

impl Free {
    fn take(process: i32) -> String {
        let mut free = FREE.lock().expect("the queue");
        if free.names.len() > RESTING
            && let Some(name) = free.names.pop_front()
        {
            return name;
        }
        free.made += 1;
        format!("oauth_test_{process}_{}", free.made)
    }
}

/// The number of this process among those that test on the server now.
fn process_number(server: &str) -> i32 {
    static NUMBER: OnceLock<i32> = OnceLock::new();
    *NUMBER.get_or_init(|| {
        let (found, number) = mpsc::channel();
        let server = server.to_owned();
        // A thread and a connection that live as long as the process, and the lock with them.
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let connection = connect(&server).await;
                for number in 1.. {
                    if lock(&connection, number).await {
                        found.send(number).expect("somebody waits");
                        break;
                    }
                }
                std::future::pending::<()>().await;
            });
        });
        number.recv().expect("a number")
    })
}

#[derive(FromQueryResult)]
struct Answer {
    yes: bool,
}

async fn ask(connection: &DatabaseConnection, question: String) -> bool {
    let statement = Statement::from_string(DbBackend::Postgres, question);
    let answer = Answer::find_by_statement(statement).one(connection).await;
    answer.expect("an answer").expect("one row").yes
}

async fn lock(connection: &DatabaseConnection, number: i32) -> bool {
    ask(
        connection,
        format!("SELECT pg_try_advisory_lock({LOCK}, {number}) AS yes"),
    )
    .await
}

async fn exists(maintenance: &DatabaseConnection, name: &str) -> bool {
    ask(
        maintenance,
        format!("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = '{name}') AS yes"),
    )
    .await
}

/// Throws everything out of the database, connections of the test before included.
async fn empty(maintenance: &DatabaseConnection, name: &str, uri: &str) {
    let others =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    run(maintenance, &others).await;
    let connection = connect(uri).await;
    run(
        &connection,
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public;",
    )
    .await;
    connection.close().await.expect("close");
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection.execute_unprepared(sql).await.expect(sql);
}

/// One connection that stays open as long as the value.
async fn connect(uri: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(uri);
    options
        .max_connections(1)
        .idle_timeout(None::<std::time::Duration>)
        .max_lifetime(None::<std::time::Duration>)
        .sqlx_logging(false);
    Database::connect(options).await.expect(uri)
}
