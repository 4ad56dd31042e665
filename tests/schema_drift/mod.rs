//! Migrated tables, generated entities and the run-time description are one and the same, on SQLite
//! and, when `TEST_POSTGRES_URL` names a server, on PostgreSQL.

#[macro_use]
mod rows;
#[macro_use]
mod app_macro;
mod apps;
mod database;
mod introspect;

use loco_oauth_server::{OAuthServerDefinition, internals::store::schema::TABLES};
use sea_orm_migration::SchemaManager;

use apps::{BigIntApp, IntApp, PrefixedApp, TestApp, UuidApp};
use database::TestDatabase;

async fn migrate<A: TestApp>(database: &TestDatabase) {
    A::create_users(&database.connection).await;
    up::<A>(&SchemaManager::new(&database.connection)).await;
}

/// Runs all versions, as a new app does.
async fn up<A: TestApp>(manager: &SchemaManager<'_>) {
    for migration in A::migrations() {
        migration.up(manager).await.expect("up");
    }
}

/// What the database says about the plugin's tables, against what the definition says.
async fn assert_same<A: TestApp>(database: &TestDatabase) {
    for table in TABLES {
        let name = (table.full_name)(&A::OAuth::TABLES);
        let actual = introspect::actual(&database.connection, name).await;
        let expected = introspect::expected::<A>(database.backend(), table);
        let only_actual = without(&actual, &expected);
        let only_expected = without(&expected, &actual);
        assert!(
            actual == expected,
            "{name}: only in the database {only_actual:#?}, only described {only_expected:#?}",
        );
    }
}

fn without<'a>(lines: &'a [String], others: &[String]) -> Vec<&'a String> {
    lines.iter().filter(|line| !others.contains(line)).collect()
}

async fn tables_are_what_the_definition_says<A: TestApp>() {
    for database in TestDatabase::all().await {
        migrate::<A>(&database).await;
        assert_same::<A>(&database).await;
        database.close().await;
    }
}

async fn down_and_up_again<A: TestApp>() {
    for database in TestDatabase::all().await {
        migrate::<A>(&database).await;
        A::insert_rows(&database.connection).await;
        let manager = SchemaManager::new(&database.connection);
        for migration in A::migrations().iter().rev() {
            migration.down(&manager).await.expect("down");
        }
        for table in TABLES {
            let name = (table.full_name)(&A::OAuth::TABLES);
            let gone = !manager.has_table(name).await.expect("has_table");
            assert!(gone, "{name}");
        }
        up::<A>(&manager).await;
        assert_same::<A>(&database).await;
        database.close().await;
    }
}

async fn entities_read_what_they_wrote<A: TestApp>() {
    for database in TestDatabase::all().await {
        migrate::<A>(&database).await;
        A::insert_rows(&database.connection).await;
        database.close().await;
    }
}

macro_rules! for_each_app {
    ($($test:ident)*) => {$(
        mod $test {
            use super::*;

            #[tokio::test]
            async fn with_i32_keys() {
                super::$test::<IntApp>().await;
            }

            #[tokio::test]
            async fn with_i64_keys() {
                super::$test::<BigIntApp>().await;
            }

            #[tokio::test]
            async fn with_uuid_keys() {
                super::$test::<UuidApp>().await;
            }

            #[tokio::test]
            async fn with_prefix_and_extra_columns() {
                super::$test::<PrefixedApp>().await;
            }
        }
    )*};
}

for_each_app! {
    tables_are_what_the_definition_says
    down_and_up_again
    entities_read_what_they_wrote
}

#[tokio::test]
async fn entity_columns_have_the_described_types() {
    for table in TABLES {
        let described: Vec<_> = table
            .columns
            .iter()
            .map(|column| introspect::described(column, <IntApp as TestApp>::KEY))
            .collect();
        assert_eq!(
            IntApp::entity_columns(table.name),
            described,
            "{}",
            table.name
        );
    }
}

/// By the traits that it implements, and by nothing else that could say otherwise.
#[test]
fn the_derive_sees_what_the_users_model_can_do() {
    type Small = <IntApp as TestApp>::OAuth;
    type Whole = crate::app::oauth_server::OAuth;
    assert!(Small::SIGN_UP_FORM.is_none() && Small::PASSWORD_SETTER.is_none());
    let form = Whole::SIGN_UP_FORM.expect("it implements CreateAccount");
    let fields = form.fields();
    let names: Vec<_> = fields.iter().map(|field| field.name).collect();
    assert_eq!(names, ["email", "password"]);
    assert!(Whole::PASSWORD_SETTER.is_some());
}

#[tokio::test]
async fn rows_of_a_deleted_user_go_with_the_user() {
    for database in TestDatabase::all().await {
        migrate::<BigIntApp>(&database).await;
        BigIntApp::insert_rows(&database.connection).await;
        database.execute("DELETE FROM users").await;
        let tables = <BigIntApp as TestApp>::OAuth::TABLES;
        for table in [
            tables.authorization_states,
            tables.authorization_codes,
            tables.access_tokens,
            tables.refresh_tokens,
            tables.consents,
            tables.sessions,
        ] {
            assert_eq!(database.count(table).await, 0, "{table}");
        }
        let ownerless = format!("{} WHERE user_id IS NULL", tables.clients);
        assert_eq!(database.count(&ownerless).await, 1);
        assert_eq!(database.count(tables.ephemerals).await, 1);
        database.close().await;
    }
}

#[tokio::test]
async fn a_grant_takes_its_tokens_along_and_outlives_its_session() {
    for database in TestDatabase::all().await {
        migrate::<BigIntApp>(&database).await;
        BigIntApp::insert_rows(&database.connection).await;
        database.execute("DELETE FROM oauth_sessions").await;
        database.execute("DELETE FROM oauth_consents").await;
        let kept = "oauth_authorization_codes WHERE session_id IS NULL AND consent_id IS NULL";
        assert_eq!(database.count(kept).await, 1);
        database.execute("DELETE FROM oauth_refresh_tokens").await;
        let kept = "oauth_access_tokens WHERE refresh_token_id IS NULL";
        assert_eq!(database.count(kept).await, 1);
        database
            .execute("DELETE FROM oauth_authorization_codes")
            .await;
        assert_eq!(database.count("oauth_access_tokens").await, 0);
        let kept = "oauth_authorization_states WHERE grant_id IS NULL";
        assert_eq!(database.count(kept).await, 1);
        database.close().await;
    }
}

#[tokio::test]
async fn two_nodes_may_migrate_at_once() {
    for database in TestDatabase::all().await {
        BigIntApp::create_users(&database.connection).await;
        let one = database.connect_again().await;
        let two = database.connect_again().await;
        let (manager_one, manager_two) = (SchemaManager::new(&one), SchemaManager::new(&two));
        for migration in BigIntApp::migrations() {
            let (first, second) =
                tokio::join!(migration.up(&manager_one), migration.up(&manager_two));
            first.expect("the first node");
            second.expect("the second node");
        }
        assert_same::<BigIntApp>(&database).await;
        one.close().await.expect("close");
        two.close().await.expect("close");
        database.close().await;
    }
}
