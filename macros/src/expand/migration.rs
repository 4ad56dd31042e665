//! `MigrationName` and `MigrationTrait`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::options::{ExtraColumn, ExtraType, MigrationOptions, UserKey};

/// Both implementations. The name is written out: SeaORM's `DeriveMigrationName` takes the name of
/// the file, which is not the same when a file holds two migrations.
pub fn migration_impls(options: &MigrationOptions) -> TokenStream {
    let (ident, name) = (&options.ident, &options.name);
    let version = format_ident!("v{}", options.version);
    let user_key = match options.tables.user_key {
        UserKey::I32 => quote!(I32),
        UserKey::I64 => quote!(I64),
        UserKey::Uuid => quote!(Uuid),
    };
    let user_key_column = &options.user_key_column;
    let (users_table, prefix) = (&options.tables.users_table, &options.tables.prefix);
    let extra = options.tables.extra.iter().map(extra_column);
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use ::loco_oauth_server_migration::{
                __private::{
                    async_trait,
                    sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager},
                },
                ExtraColumn, ExtraType, Options, UserKey, #version,
            };

            const OPTIONS: Options = Options {
                user_key: UserKey::#user_key,
                users_table: #users_table,
                user_key_column: #user_key_column,
                table_prefix: #prefix,
                extra: &[#(#extra,)*],
            };

            #[automatically_derived]
            impl MigrationName for #ident {
                fn name(&self) -> &str {
                    #name
                }
            }

            // async_trait wants the lifetimes as the trait has them: left out.
            #[allow(elided_lifetimes_in_paths)]
            #[automatically_derived]
            #[async_trait::async_trait]
            impl MigrationTrait for #ident {
                async fn up(
                    &self,
                    manager: &SchemaManager,
                ) -> ::core::result::Result<(), DbErr> {
                    #version::up(manager, &OPTIONS).await
                }

                async fn down(
                    &self,
                    manager: &SchemaManager,
                ) -> ::core::result::Result<(), DbErr> {
                    #version::down(manager, &OPTIONS).await
                }
            }
        };
    }
}

fn extra_column(column: &ExtraColumn) -> TokenStream {
    let (table, name) = (column.table, column.name.to_string());
    let ty = match column.ty {
        ExtraType::I32 => quote!(I32),
        ExtraType::I64 => quote!(I64),
        ExtraType::Bool => quote!(Bool),
        ExtraType::String => quote!(String),
        ExtraType::Json => quote!(Json),
        ExtraType::Uuid => quote!(Uuid),
        ExtraType::DateTimeWithTimeZone => quote!(DateTimeWithTimeZone),
    };
    quote!(ExtraColumn { table: #table, name: #name, ty: ExtraType::#ty })
}
