//! Relations of one table: a `Relation` variant per foreign key, and `Related` both ways where one
//! foreign key leads from the table to its target.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Path, spanned::Spanned};

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
    let variants = keys.iter().map(variant_ident);
    let definitions = keys.iter().map(|key| relation_definition(options, key));
    let related = keys
        .iter()
        .filter(|key| is_only_way(&keys, key, table))
        .map(related);
    // A wrong path is one error here, instead of one per use.
    let has_users = keys.iter().any(|key| key.table.is_none());
    let users = has_users.then(|| {
        let users = users_from_inside(&options.users);
        // The errors of an import are reported at its whole length, alias included.
        let alias = Ident::new("app_users", options.users.span());
        quote!(use #users as #alias;)
    });
    // Written out rather than derived: the derive takes paths as text, whose errors have no place.
    quote! {
        #users

        #[derive(Clone, Copy, Debug, EnumIter)]
        pub enum Relation {
            #(#variants,)*
        }

        impl RelationTrait for Relation {
            fn def(&self) -> RelationDef {
                match *self {
                    #(#definitions,)*
                }
            }
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

fn relation_definition(options: &ServerOptions, key: &ForeignKey) -> TokenStream {
    let ident = variant_ident(key);
    let target = target(key);
    let from = format_ident!("{}", key.column.to_upper_camel_case());
    let to = key
        .table
        .map_or_else(|| options.user_key_column.clone(), |_| format_ident!("Id"));
    let on_delete = match key.on_delete {
        OnDelete::Cascade => quote!(Cascade),
        OnDelete::SetNull => quote!(SetNull),
    };
    quote! {
        Self::#ident => Entity::belongs_to(#target::Entity)
            .from(Column::#from)
            .to(#target::Column::#to)
            .on_delete(ForeignKeyAction::#on_delete)
            .into()
    }
}

fn related(key: &ForeignKey) -> TokenStream {
    let ident = variant_ident(key);
    let target = target(key);
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

/// The target's module, as seen from inside a table's module.
fn target(key: &ForeignKey) -> TokenStream {
    key.table.map_or_else(
        || quote!(app_users),
        |table| {
            let module = format_ident!("{table}");
            quote!(super::#module)
        },
    )
}

/// The app wrote the path next to its struct; the table's module lies one deeper.
fn users_from_inside(users: &Path) -> TokenStream {
    let first = users.segments.first().map(|first| first.ident.to_string());
    match first.as_deref() {
        Some("crate") => quote!(#users),
        _ if users.leading_colon.is_some() => quote!(#users),
        Some("self") => {
            let rest = users.segments.iter().skip(1);
            quote!(super::#(#rest)::*)
        }
        _ => quote!(super::#users),
    }
}
