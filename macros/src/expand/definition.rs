//! `impl OAuthServerDefinition`: what the library cannot know of an app.

use proc_macro2::TokenStream;
use quote::quote;

use super::schema::table_field;
use crate::{options::ServerOptions, schema::TABLES};

/// The facts that the library reads.
///
/// The three types carry the place of their attribute, so that a missing `ResourceOwner` or
/// `OAuthServerHooks` is reported there.
pub fn server_definition(options: &ServerOptions) -> TokenStream {
    let ident = &options.ident;
    let (user_key, user) = (&options.tables.user_key, &options.user_model);
    let hooks = &options.hooks;
    let names = TABLES.iter().map(|table| {
        let (field, name) = (table_field(table), options.tables.table_name(table.name));
        quote!(#field: #name)
    });
    let extra = options.tables.extra.iter().map(|column| {
        let (table, name) = (column.table, column.name.to_string());
        let rust_type = column.ty.rust_name();
        quote!(ExtraColumn { table: #table, name: #name, rust_type: #rust_type })
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
                    Capabilities, NoCapability, PasswordSetter, SignUpForm,
                    schema::{ExtraColumn, TableNames},
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
                const EXTRA_COLUMNS: &'static [ExtraColumn] = &[#(#extra,)*];
                const SIGN_UP_FORM: ::core::option::Option<SignUpForm> =
                    <Capabilities<#user>>::SIGN_UP_FORM;
                const PASSWORD_SETTER: ::core::option::Option<PasswordSetter> =
                    <Capabilities<#user>>::PASSWORD_SETTER;

                #users_table
            }
        };
    }
}
