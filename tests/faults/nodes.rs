//! Several processes of one app (MO-06).

use std::{collections::BTreeSet, sync::Arc};

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::app::{database::TestDatabase, fixtures, server::TestServer, users};

fn kids(set: &Value) -> BTreeSet<String> {
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].to_string()).collect()
}

/// A node under a supervisor. Our migration may run twice at once; the line that SeaORM writes into
/// its own list of migrations may not, and ends the second boot.
async fn started(database: &Arc<TestDatabase>, settings: Value) -> TestServer {
    for _ in 0..5 {
        let node = TestServer::try_node(Arc::clone(database), settings.clone()).await;
        match node {
            Ok(node) => return node,
            Err(error) => {
                let error = error.to_string();
                let known = ["seaql_migrations", "duplicate key", "already exists"];
                assert!(known.iter().any(|text| error.contains(text)), "{error}");
            }
        }
    }
    panic!("the node does not start");
}

/// Two nodes on an empty database and no keys: one migration, one key set, and both serve.
#[tokio::test(flavor = "multi_thread")]
async fn c239_two_nodes_start_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let settings = json!({ "keys": { "directory": directory.path() } });
    let database = Arc::new(TestDatabase::create().await);
    let (one, two) = tokio::join!(
        started(&database, settings.clone()),
        started(&database, settings),
    );
    let sets = [
        kids(&one.get("/oauth/jwks").await.ok()),
        kids(&two.get("/oauth/jwks").await.ok()),
    ];
    assert_eq!(sets[0], sets[1]);
    assert_eq!(sets[0].len(), 2, "one key of each algorithm in use");
    let list = "SELECT COUNT(*) AS all_rows, COUNT(DISTINCT version) AS versions \
                FROM seaql_migrations";
    let db = &one.ctx.db;
    let list = Statement::from_string(db.get_database_backend(), list);
    let row = db.query_one_raw(list).await.unwrap().unwrap();
    let count = |name: &str| row.try_get::<i64>("", name).unwrap();
    assert_eq!(count("all_rows"), count("versions"), "each once");
    fixtures::insert_clients(&one).await;
    users::Model::create(&one.ctx.db, fixtures::ALICE, fixtures::PASSWORD)
        .await
        .unwrap();
    let code = one.code().await;
    two.redeem(&code).await.ok();
}
