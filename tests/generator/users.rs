//! Which users model the generated code is for.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::{Options, users::Users};
use rstest::rstest;

use super::{snapshots, starter};

const ENTITY: &str = "src/models/_entities/users.rs";

#[test]
fn gn_04_without_users_it_stops_and_names_the_flag() {
    let _settings = snapshots();
    let app = starter();
    std::fs::remove_file(app.path(ENTITY)).unwrap();

    let err = app.plan(&Options::default()).unwrap_err().to_string();

    assert!(!app.has_generated());
    assert_snapshot!("no_users", err);
}

#[rstest]
#[case("pub id: i64,", "i64", "id")]
#[case("pub id: i32,", "i32", "id")]
#[case("pub id: Uuid,", "Uuid", "id")]
#[case("pub user_id: uuid::Uuid,", "Uuid", "user_id")]
fn gn_04_the_key_is_read_from_the_entity(
    #[case] field: &str,
    #[case] kind: &str,
    #[case] column: &str,
) {
    let app = starter();
    app.replace(ENTITY, "pub id: i64,", field);

    let users = Users::of(app.folder.path(), &Options::default()).unwrap();

    assert_eq!(
        (users.key.as_str(), users.key_column.as_str()),
        (kind, column)
    );
}

#[rstest]
#[case::text("text", "pub id: i64,", "pub id: String,")]
#[case::none("none", "#[sea_orm(primary_key)]", "")]
#[case::several(
    "several",
    "#[sea_orm(unique)]\n    pub email",
    "#[sea_orm(primary_key)]\n    pub email"
)]
fn gn_04_another_key_needs_the_flag(#[case] name: &str, #[case] old: &str, #[case] new: &str) {
    let _settings = snapshots();
    let app = starter();
    app.replace(ENTITY, old, new);

    let err = app.plan(&Options::default()).unwrap_err().to_string();
    assert_snapshot!(format!("key_{name}"), err);

    let options = Options {
        user_key: Some("i32".to_owned()),
        ..Options::default()
    };
    assert_eq!(Users::of(app.folder.path(), &options).unwrap().key, "i32");
}

#[test]
fn gn_04_users_of_another_name_and_key() {
    let _settings = snapshots();
    let app = starter();
    let entity = app.read(ENTITY);
    app.write(
        "src/models/_entities/accounts.rs",
        &entity
            .replace("table_name = \"users\"", "table_name = \"accounts\"")
            .replace("pub id: i64,", "pub id: Uuid,")
            .replace("pub pid: Uuid,", ""),
    );
    let users = app.read("src/models/users.rs");
    app.write(
        "src/models/accounts.rs",
        &users.replace("users", "accounts"),
    );

    let plan = app.generate_with(&Options {
        users: Some("crate::models::_entities::accounts".to_owned()),
        ..Options::default()
    });

    let head = |file: &str| -> String {
        let text = app.read(file);
        let end = text
            .find("pub struct")
            .or_else(|| text.find("const"))
            .unwrap();
        text[..end].to_owned()
    };
    assert_snapshot!("model_of_accounts", head("src/models/oauth_server.rs"));
    assert_snapshot!(
        "migration_of_accounts",
        head("migration/src/m20260728_093000_oauth_server.rs")
    );
    assert_snapshot!("test_of_accounts", head("tests/requests/oauth_server.rs"));
    insta::assert_debug_snapshot!("notes_of_accounts", plan.notes);
}
