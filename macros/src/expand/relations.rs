//! Relations of one table: a `Relation` variant per foreign key, and `Related` both ways where one
//! foreign key leads from the table to its target.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, Path, parse_quote};

use crate::{
    options::ServerOptions,
    schema::{Kind, OnDelete, Table},
};

struct ForeignKey {
    column: &'static str,
    /// Name of the table of the plugin, or `None` for the users table.
    table: Option<&'static str>,
    on_delete: OnDelete,
}

/// `Relation` and the `Related` implementations, inside the table's module.
pub fn relations(options: &ServerOptions, table: &Table) -> TokenStream {
    let keys: Vec<_> = foreign_keys(table).collect();
    let variants = keys.iter().map(|key| variant(options, key));
    let related = keys
        .iter()
        .filter(|key| is_only_way(&keys, key, table))
        .map(|key| related(options, key));
    quote! {
        #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {
            #(#variants,)*
        }

        #(#related)*
    }
}

fn foreign_keys(table: &Table) -> impl Iterator<Item = ForeignKey> {
    table.columns().filter_map(|column| {
        let (table, on_delete) = match column.kind {
            Kind::UserKey(on_delete) => (None, on_delete),
            Kind::Reference(table, on_delete) => (Some(table), on_delete),
            _ => return None,
        };
        Some(ForeignKey {
            column: column.name,
            table,
            on_delete,
        })
    })
}

/// `Related` names the target only, so that two ways to it, or one to itself, cannot be told apart.
fn is_only_way(keys: &[ForeignKey], key: &ForeignKey, table: &Table) -> bool {
    let same_target = keys.iter().filter(|other| other.table == key.table);
    same_target.count() == 1 && key.table != Some(table.name)
}

fn variant(options: &ServerOptions, key: &ForeignKey) -> TokenStream {
    let ident = variant_ident(key);
    let target = target(options, key);
    let to_column = key
        .table
        .map_or_else(|| options.user_key_column.clone(), |_| format_ident!("Id"));
    let belongs_to = quote!(#target::Entity).to_string();
    let to = quote!(#target::Column::#to_column).to_string();
    let from = format!("Column::{}", key.column.to_upper_camel_case());
    let on_delete = match key.on_delete {
        OnDelete::Cascade => "Cascade",
        OnDelete::SetNull => "SetNull",
    };
    quote! {
        #[sea_orm(belongs_to = #belongs_to, from = #from, to = #to, on_delete = #on_delete)]
        #ident
    }
}

fn related(options: &ServerOptions, key: &ForeignKey) -> TokenStream {
    let ident = variant_ident(key);
    let target = target(options, key).into_token_stream();
    quote! {
        impl Related<#target::Entity> for Entity {
            fn to() -> RelationDef {
                Relation::#ident.def()
            }
        }

        impl Related<Entity> for #target::Entity {
            fn to() -> RelationDef {
                Relation::#ident.def().rev()
            }
        }
    }
}

/// `user_id` is the relation `User`.
fn variant_ident(key: &ForeignKey) -> Ident {
    let name = key.column.trim_end_matches("_id");
    format_ident!("{}", name.to_upper_camel_case())
}

/// Path of the target's module, as seen from inside a table's module.
fn target(options: &ServerOptions, key: &ForeignKey) -> Path {
    if let Some(table) = key.table {
        let module = format_ident!("{table}");
        return parse_quote!(super::#module);
    }
    let users = &options.users;
    let first = users.segments.first().map(|first| first.ident.to_string());
    match first.as_deref() {
        Some("crate") => users.clone(),
        _ if users.leading_colon.is_some() => users.clone(),
        Some("self") => {
            let rest = users.segments.iter().skip(1);
            parse_quote!(super::#(#rest)::*)
        }
        _ => parse_quote!(super::#users),
    }
}
