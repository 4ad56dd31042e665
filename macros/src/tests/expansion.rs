//! Snapshots of single printed things.

use proc_macro2::TokenStream;
use syn::{DeriveInput, parse_quote};

use crate::{
    expand,
    options::{MigrationOptions, ServerOptions},
    schema,
};

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).expect("the expansion is a list of items"))
}

fn options(input: &DeriveInput) -> ServerOptions {
    ServerOptions::parse(input).expect("the attribute is right")
}

fn entity(input: &DeriveInput, table: &str) -> String {
    let table = schema::table(table).expect("the table exists");
    pretty(expand::entity(&options(input), table))
}

#[test]
fn a_table_becomes_an_entity_module() {
    let input = parse_quote! {
        #[oauth_server(users = "crate::models::_entities::users")]
        pub struct OAuth;
    };
    insta::assert_snapshot!(
        "entity_of_refresh_tokens",
        entity(&input, "oauth_refresh_tokens")
    );
}

#[test]
fn prefix_extra_columns_and_user_key_reach_the_entity() {
    let input = parse_quote! {
        #[oauth_server(
            users = "self::people", user_key = "Uuid", user_key_column = "Pid",
            users_table = "people", table_prefix = "auth_",
            extra(oauth_sessions(tenant_id = "i64", note = "String"))
        )]
        struct OAuth;
    };
    insta::assert_snapshot!(
        "entity_of_sessions_with_extras",
        entity(&input, "oauth_sessions")
    );
}

#[test]
fn a_planned_column_says_what_it_is_for() {
    let input = parse_quote! {
        #[oauth_server(users = "crate::models::_entities::users")]
        pub struct OAuth;
    };
    let entity = entity(&input, "oauth_clients");
    let field = entity.find("pub introspection_signed_response_alg");
    let field = field.expect("the column is there");
    let before: Vec<_> = entity[..field].lines().rev().take(3).collect();
    let says = "///For signed introspection responses (RFC 9701); nothing reads or writes it yet.";
    assert!(before.iter().any(|line| line.trim() == says), "{before:?}");
}

#[test]
fn a_table_without_foreign_keys_has_no_relations() {
    let input = parse_quote! {
        #[oauth_server(users = "::entity::users")]
        pub struct OAuth;
    };
    insta::assert_snapshot!("entity_of_ephemerals", entity(&input, "oauth_ephemerals"));
}

#[test]
fn the_definition_names_types_and_tables() {
    let input = parse_quote! {
        #[oauth_server(
            users = "crate::models::_entities::users", user_model = "crate::accounts::Account",
            hooks = "crate::oauth::Hooks", user_key = "i32", table_prefix = "auth_"
        )]
        pub struct OAuth;
    };
    let definition = pretty(expand::server_definition(&options(&input)));
    insta::assert_snapshot!("definition", definition);
}

#[test]
fn extra_columns_stand_in_the_definition() {
    let input = parse_quote! {
        #[oauth_server(
            users = "self::people",
            extra(oauth_sessions(tenant_id = "i64"), oauth_clients(note = "String"))
        )]
        struct OAuth;
    };
    let definition = pretty(expand::server_definition(&options(&input)));
    insta::assert_snapshot!("definition_with_extras", definition);
}

/// What is the same in every app stands in the library alone.
#[test]
fn the_library_has_the_description_of_a_table() {
    let table = expand::table_schema(schema::table("oauth_refresh_tokens").expect("the table"));
    let item = pretty(quote::quote!(const TABLE: TableSchema = #table;));
    insta::assert_snapshot!("description_of_refresh_tokens", item);
    let all = pretty(expand::tables());
    assert_eq!(all.matches("full_name").count(), schema::TABLES.len());
}

#[test]
fn a_migration_calls_its_version() {
    let input: DeriveInput = parse_quote! {
        #[oauth_server_migration(
            name = "m20260101_000000_oauth_server", version = 1, user_key = "Uuid",
            extra(oauth_clients(tenant_id = "i64"), oauth_sessions(note = "String"))
        )]
        pub struct Migration;
    };
    let options = MigrationOptions::parse(&input).expect("the attribute is right");
    insta::assert_snapshot!("migration", pretty(expand::migration_impls(&options)));
}

#[test]
fn a_wrong_attribute_still_gives_the_functions() {
    let input = parse_quote! {
        #[oauth_server(user_key = "u8")]
        pub struct OAuth;
    };
    insta::assert_snapshot!("stub", pretty(expand::server(&input)));
}
