//! Defaults, and paths as seen from inside a table's module.

use quote::ToTokens;
use syn::{DeriveInput, parse_quote};

use crate::{
    expand,
    options::{MigrationOptions, ServerOptions, UserKey},
    schema,
};

fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

#[test]
fn everything_but_users_has_a_default() {
    let input: DeriveInput = parse_quote! {
        #[oauth_server(users = "crate::models::users")]
        pub struct OAuth;
    };
    let options = ServerOptions::parse(&input).expect("the attribute is right");
    assert_eq!(text(&options.user_model), "crate::models::users::Model");
    assert_eq!(
        text(&options.hooks),
        "::loco_oauth_server::hooks::DefaultHooks"
    );
    assert_eq!(options.user_key_column, "Id");
    assert_eq!(options.tables.user_key, UserKey::I64);
    assert_eq!(options.tables.users_table, "users");
    assert_eq!(options.tables.table_name("oauth_clients"), "oauth_clients");
}

#[test]
fn a_migration_refers_to_the_column_by_its_database_name() {
    let input: DeriveInput = parse_quote! {
        #[oauth_server_migration(name = "m1", version = 1)]
        pub struct Migration;
    };
    let options = MigrationOptions::parse(&input).expect("the attribute is right");
    assert_eq!(options.user_key_column, "id");
}

/// The entities live one module below the struct, so that a relative path needs one step up.
#[test]
fn the_path_of_users_is_seen_from_the_module_of_the_struct() {
    let cases = [
        ("crate::models::users", "crate::models::users"),
        ("::entity::users", "::entity::users"),
        ("self::users", "super::users"),
        ("super::users", "super::super::users"),
        ("users", "super::users"),
    ];
    let consents = schema::table("oauth_consents").expect("the table exists");
    for (written, seen) in cases {
        let input: DeriveInput = parse_quote! {
            #[oauth_server(users = #written)]
            pub struct OAuth;
        };
        let options = ServerOptions::parse(&input).expect("the attribute is right");
        let entity = text(expand::entity(&options, consents));
        let import = format!("use{seen}asapp_users;");
        assert!(entity.contains(&import), "{written}: {entity}");
    }
}
