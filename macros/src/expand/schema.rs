//! The library's own description of the tables: printed once, into the library, and not into every
//! app. Names of users, prefix and extra columns are the app's, and stand in its definition.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::schema::{Column, Index, Kind, OnDelete, SCHEMA_VERSION, TABLES, Table};

/// Expansion of `tables!()`.
pub fn tables() -> TokenStream {
    let tables = TABLES.iter().map(table_schema);
    quote! {
        /// The plugin's tables.
        pub const TABLES: &[TableSchema] = &[#(#tables,)*];

        /// Newest migration version that [`TABLES`] needs.
        pub const VERSION: u32 = #SCHEMA_VERSION;
    }
}

/// One element of `TABLES`.
pub fn table_schema(table: &Table) -> TokenStream {
    let name = table.name;
    let field = table_field(table);
    let columns = table.columns().map(column_schema);
    let indexes = table.indexes.iter().map(index_schema);
    let foreign_keys = table.columns().filter_map(foreign_key_schema);
    quote! {
        TableSchema {
            name: #name,
            full_name: |names| names.#field,
            columns: &[#(#columns,)*],
            indexes: &[#(#indexes,)*],
            foreign_keys: &[#(#foreign_keys,)*],
        }
    }
}

/// The field of `TableNames` that holds the table's full name.
pub fn table_field(table: &Table) -> syn::Ident {
    format_ident!("{}", table.name.trim_start_matches("oauth_"))
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
    let only_with = index
        .only_with
        .map_or_else(|| quote!(None), |column| quote!(Some(#column)));
    quote!(IndexSchema {
        columns: &[#(#columns),*],
        unique: #unique,
        only_with: #only_with,
    })
}

fn foreign_key_schema(column: Column) -> Option<TokenStream> {
    let (target, on_delete) = match column.kind {
        Kind::UserKey(on_delete) => (quote!(Target::Users), on_delete),
        Kind::Reference(table, on_delete) => (quote!(Target::Table(#table)), on_delete),
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
            target: #target,
            on_delete: OnDelete::#on_delete,
        }
    })
}
