//! One SeaORM entity module per table.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Ident;

use super::relations::relations;
use crate::{
    options::{ExtraColumn, ExtraType, ServerOptions, UserKey},
    schema::{Column, Kind, Table},
};

/// The module of one table.
pub fn entity(options: &ServerOptions, table: &Table) -> TokenStream {
    let vis = &options.vis;
    let doc = table.doc;
    let module = format_ident!("{}", table.name);
    let table_name = options.tables.table_name(table.name);
    let fields = fields(options, table);
    let debug = debug(options, table);
    let relations = relations(options, table);
    quote! {
        #[doc = #doc]
        #[allow(missing_docs, clippy::pedantic, clippy::nursery)]
        #vis mod #module {
            // SeaORM's derives expand to paths that begin with `sea_orm`.
            use ::loco_oauth_server::__private::{self, sea_orm, sea_orm::entity::prelude::*};
            // Those derives name the standard prelude without a path, which the compiler first
            // looks for around the deriving struct: an app that imports another `Result` there
            // (Loco's prelude has one) must not change what they mean.
            #[allow(unused_imports)]
            use ::std::{
                clone::Clone,
                convert::{From, Into},
                default::Default,
                iter::{IntoIterator, Iterator},
                option::Option::{self, None, Some},
                result::Result::{self, Err, Ok},
                string::String,
                vec::Vec,
            };

            #[derive(Clone, PartialEq, Eq, DeriveEntityModel, __private::serde::Serialize)]
            #[serde(crate = "::loco_oauth_server::__private::serde")]
            #[sea_orm(table_name = #table_name)]
            pub struct Model {
                #(#fields,)*
            }

            #debug

            #[__private::async_trait]
            impl ActiveModelBehavior for ActiveModel {
                async fn before_save<C>(
                    mut self,
                    _db: &C,
                    insert: bool,
                ) -> ::core::result::Result<Self, DbErr>
                where
                    C: ConnectionTrait,
                {
                    if insert {
                        __private::stamp_created(&mut self.created_at);
                    }
                    __private::stamp_updated(&mut self.updated_at);
                    Ok(self)
                }
            }

            #relations
        }
    }
}

fn fields(options: &ServerOptions, table: &Table) -> Vec<TokenStream> {
    let own = table
        .columns()
        .map(|column| field(column, options.tables.user_key, table));
    let extra = options.tables.extra_of(table.name).map(extra_field);
    own.chain(extra).collect()
}

fn field(column: Column, user_key: UserKey, table: &Table) -> TokenStream {
    let name = format_ident!("{}", column.name);
    let rust_type = rust_type(column.kind, user_key);
    let rust_type = if column.nullable {
        quote!(Option<#rust_type>)
    } else {
        rust_type
    };
    let mut attributes = Vec::new();
    if column.kind == Kind::Id {
        attributes.push(quote!(primary_key));
    }
    if let Some(column_type) = column_type(column.kind) {
        attributes.push(quote!(column_type = #column_type));
    }
    if table.is_unique(column.name) {
        attributes.push(quote!(unique));
    }
    let sea_orm = (!attributes.is_empty()).then(|| quote!(#[sea_orm(#(#attributes),*)]));
    let serde = column
        .kind
        .is_hidden()
        .then(|| quote!(#[serde(skip_serializing)]));
    let doc = column
        .planned_for
        .map(|standard| format!("For {standard}; nothing reads or writes it yet."))
        .map(|text| quote!(#[doc = #text]));
    quote!(#doc #sea_orm #serde pub #name: #rust_type)
}

fn extra_field(column: &ExtraColumn) -> TokenStream {
    let name = &column.name;
    let rust_type = Ident::new(column.ty.rust_name(), name.span());
    let sea_orm = match column.ty {
        ExtraType::String => Some(quote!(#[sea_orm(column_type = "Text")])),
        ExtraType::Json => Some(quote!(#[sea_orm(column_type = "JsonBinary")])),
        _ => None,
    };
    quote!(#sea_orm pub #name: Option<#rust_type>)
}

fn rust_type(kind: Kind, user_key: UserKey) -> TokenStream {
    match kind {
        Kind::Id | Kind::Reference(..) | Kind::Seconds => quote!(i64),
        Kind::Timestamp => quote!(DateTimeWithTimeZone),
        Kind::UserKey(_) => user_key.into_token_stream(),
        Kind::Text => quote!(String),
        Kind::Json => quote!(Json),
        Kind::Bool => quote!(bool),
        Kind::Int => quote!(i32),
        Kind::Hash | Kind::Blob => quote!(Vec<u8>),
    }
}

/// SeaORM's column type, where the Rust type does not imply it.
const fn column_type(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Text => Some("Text"),
        Kind::Json => Some("JsonBinary"),
        Kind::Hash => Some("Binary(32)"),
        Kind::Blob => Some("VarBinary(StringLen::None)"),
        _ => None,
    }
}

/// Hand-written `Debug`: the derived one would print hashes and sealed values.
fn debug(options: &ServerOptions, table: &Table) -> TokenStream {
    let hides = table.columns().any(|column| column.kind.is_hidden());
    let finish = if hides {
        quote!(finish_non_exhaustive)
    } else {
        quote!(finish)
    };
    let own = table
        .columns()
        .filter(|column| !column.kind.is_hidden())
        .map(|column| format_ident!("{}", column.name));
    let extra = options.tables.extra_of(table.name);
    let shown: Vec<_> = own.chain(extra.map(|column| column.name.clone())).collect();
    let names = shown.iter().map(ToString::to_string);
    quote! {
        impl ::core::fmt::Debug for Model {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct("Model")
                    #(.field(#names, &self.#shown))*
                    .#finish()
            }
        }
    }
}
