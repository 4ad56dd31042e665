//! `impl OAuthServerDefinition`, and the run-time description of each table.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    options::ServerOptions,
    schema::{Column, Index, Kind, OnDelete, SCHEMA_VERSION, TABLES, Table},
};

/// The facts that the library reads.
///
/// The three types carry the place of their attribute, so that a missing `ResourceOwner` or
/// `OAuthServerHooks` is reported there.
pub fn server_definition(options: &ServerOptions) -> TokenStream {
    let ident = &options.ident;
    let (user_key, user) = (&options.tables.user_key, &options.user_model);
    let hooks = &options.hooks;
    let modules = TABLES.iter().map(|table| format_ident!("{}", table.name));
    let names = TABLES.iter().map(|table| {
        let field = format_ident!("{}", table.name.trim_start_matches("oauth_"));
        let name = options.tables.table_name(table.name);
        quote!(#field: #name)
    });
    let users_table = options.user_is_entity.then(|| {
        let (users, key) = (&options.users, &options.user_key_column);
        quote! {
            fn users_table() -> ::core::option::Option<UsersTable<Self::User>> {
                ::core::option::Option::Some(UsersTable::of::<#users::Entity>(#users::Column::#key))
            }
        }
    });
    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use ::loco_oauth_server::{
                __private::{
                    schema::{TableNames, TableSchema},
                    sea_orm::entity::prelude::Uuid,
                },
                OAuthServerDefinition, UsersTable,
            };

            #[automatically_derived]
            impl OAuthServerDefinition for #ident {
                type UserKey = #user_key;
                type User = #user;
                type Hooks = #hooks;

                const TABLES: TableNames = TableNames { #(#names,)* };
                const SCHEMA: &'static [TableSchema] = &[#(#modules::SCHEMA,)*];
                const SCHEMA_VERSION: u32 = #SCHEMA_VERSION;

                #users_table
            }
        };
    }
}

/// `SCHEMA` of one table, inside its module.
pub fn table_schema(options: &ServerOptions, table: &Table) -> TokenStream {
    let name = options.tables.table_name(table.name);
    let own = table.columns().map(column_schema);
    let extra = options.tables.extra_of(table.name).map(|column| {
        let (name, ty) = (column.name.to_string(), column.ty.rust_name());
        quote!(ColumnSchema { name: #name, kind: ColumnKind::Extra(#ty), nullable: true })
    });
    let columns = own.chain(extra);
    let indexes = table.indexes.iter().map(index_schema);
    let foreign_keys = table
        .columns()
        .filter_map(|column| foreign_key_schema(options, column));
    quote! {
        #[doc(hidden)]
        pub(super) const SCHEMA: ::loco_oauth_server::__private::schema::TableSchema = {
            #[allow(unused_imports)]
            use ::loco_oauth_server::__private::schema::{
                ColumnKind, ColumnSchema, ForeignKeySchema, IndexSchema, OnDelete, TableSchema,
            };
            TableSchema {
                name: #name,
                columns: &[#(#columns,)*],
                indexes: &[#(#indexes,)*],
                foreign_keys: &[#(#foreign_keys,)*],
            }
        };
    }
}

fn column_schema(column: Column) -> TokenStream {
    let (name, nullable) = (column.name, column.nullable);
    let kind = match column.kind {
        Kind::Id => quote!(Id),
        Kind::Timestamp => quote!(Timestamp),
        Kind::UserKey(_) => quote!(UserKey),
        Kind::Reference(..) => quote!(Reference),
        Kind::Text => quote!(Text),
        Kind::Json => quote!(Json),
        Kind::Bool => quote!(Bool),
        Kind::Int => quote!(Int),
        Kind::Seconds => quote!(Seconds),
        Kind::Hash => quote!(Hash),
        Kind::Blob => quote!(Blob),
    };
    quote!(ColumnSchema { name: #name, kind: ColumnKind::#kind, nullable: #nullable })
}

fn index_schema(index: &Index) -> TokenStream {
    let (columns, unique) = (index.columns, index.unique);
    quote!(IndexSchema { columns: &[#(#columns),*], unique: #unique })
}

fn foreign_key_schema(options: &ServerOptions, column: Column) -> Option<TokenStream> {
    let (table, target, on_delete) = match column.kind {
        Kind::UserKey(on_delete) => {
            let target = options.user_key_column.to_string().to_snake_case();
            (options.tables.users_table.clone(), target, on_delete)
        }
        Kind::Reference(table, on_delete) => {
            (options.tables.table_name(table), "id".to_owned(), on_delete)
        }
        _ => return None,
    };
    let column = column.name;
    let on_delete = match on_delete {
        OnDelete::Cascade => quote!(Cascade),
        OnDelete::SetNull => quote!(SetNull),
    };
    Some(quote! {
        ForeignKeySchema {
            column: #column,
            table: #table,
            target: #target,
            on_delete: OnDelete::#on_delete,
        }
    })
}
