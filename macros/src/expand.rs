//! Printing: checked options in, code out. One file per printed thing.

mod definition;
mod entity;
mod functions;
mod migration;
mod relations;
mod schema;
mod stub;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::{
    options::{MigrationOptions, ServerOptions},
    schema::TABLES,
};

pub use schema::tables;
#[cfg(test)]
pub use {
    definition::server_definition, entity::entity, migration::migration_impls, schema::table_schema,
};

/// Expansion of `#[derive(OAuthServer)]`.
pub fn server(input: &DeriveInput) -> TokenStream {
    match ServerOptions::parse(input) {
        Ok(options) => {
            let entities = TABLES.iter().map(|table| entity::entity(&options, table));
            let definition = definition::server_definition(&options);
            let functions = functions::functions(&options.ident);
            quote! { #(#entities)* #definition #functions }
        }
        Err(error) => stub::server(input, error),
    }
}

/// Expansion of `#[derive(OAuthServerMigration)]`.
pub fn migration(input: &DeriveInput) -> TokenStream {
    match MigrationOptions::parse(input) {
        Ok(options) => migration::migration_impls(&options),
        Err(error) => stub::migration(input, error),
    }
}
