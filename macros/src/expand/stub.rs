//! What is printed after a wrong attribute: the error, and functions of the right shape, so that
//! the app's calls to them are not reported as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// In place of the expansion of `#[derive(OAuthServer)]`.
pub fn server(input: &DeriveInput, error: darling::Error) -> TokenStream {
    let error = error.write_errors();
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #error

        const _: () = {
            use ::loco_oauth_server::{
                __private::{
                    loco_rs::{
                        Result, app::{AppContext, Hooks, Initializer}, bgworker::Queue,
                        boot::ServeParams, controller::Routes, task::Tasks,
                    },
                    axum::{Router, http::HeaderMap},
                    sea_orm::DatabaseConnection,
                },
                Guard, Server, SetCookies, SignIn,
                account::{ConnectedApp, UserSession},
            };

            struct Stub;

            impl Initializer for Stub {
                fn name(&self) -> ::std::string::String {
                    ::core::unreachable!()
                }
            }

            impl #impl_generics #ident #type_generics #where_clause {
                pub fn initializer<H: Hooks>() -> impl Initializer {
                    Stub
                }

                pub async fn after_context(ctx: AppContext) -> Result<AppContext> {
                    ::core::result::Result::Ok(ctx)
                }

                pub async fn serve<H: Hooks>(
                    _: Router,
                    _: &AppContext,
                    _: &ServeParams,
                ) -> Result<()> {
                    ::core::unreachable!()
                }

                pub fn routes(_: &AppContext) -> ::std::vec::Vec<Routes> {
                    ::core::unreachable!()
                }

                pub fn register_tasks(_: &mut Tasks) {}

                pub async fn connect_workers(_: &AppContext, _: &Queue) -> Result<()> {
                    ::core::unreachable!()
                }

                pub async fn truncate(_: &DatabaseConnection) -> Result<()> {
                    ::core::unreachable!()
                }

                pub async fn server(_: &AppContext) -> Result<::std::sync::Arc<Server>> {
                    ::core::unreachable!()
                }

                pub async fn sign_in<U>(
                    _: &AppContext,
                    _: &HeaderMap,
                    _: &U,
                    _: SignIn,
                ) -> Result<SetCookies> {
                    ::core::unreachable!()
                }

                pub async fn sign_out(_: &AppContext, _: &HeaderMap) -> Result<SetCookies> {
                    ::core::unreachable!()
                }

                pub async fn grants<U>(
                    _: &AppContext,
                    _: &U,
                ) -> Result<::std::vec::Vec<ConnectedApp>> {
                    ::core::unreachable!()
                }

                pub async fn revoke_grant<U>(_: &AppContext, _: &U, _: &str) -> Result<bool> {
                    ::core::unreachable!()
                }

                pub async fn sessions<U>(
                    _: &AppContext,
                    _: &U,
                ) -> Result<::std::vec::Vec<UserSession>> {
                    ::core::unreachable!()
                }

                pub async fn end_sessions<U>(_: &AppContext, _: &U) -> Result<usize> {
                    ::core::unreachable!()
                }

                pub fn require<S: ::core::convert::AsRef<str>>(
                    _: &str,
                    _: impl ::core::iter::IntoIterator<Item = S>,
                ) -> Guard {
                    ::core::unreachable!()
                }

                pub fn mcp(_: &str) -> Guard {
                    ::core::unreachable!()
                }
            }
        };
    }
}

/// In place of the expansion of `#[derive(OAuthServerMigration)]`.
pub fn migration(input: &DeriveInput, error: darling::Error) -> TokenStream {
    let error = error.write_errors();
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #error

        const _: () = {
            use ::loco_oauth_server_migration::__private::sea_orm_migration::{
                DbErr, MigrationName, MigrationTrait, SchemaManager,
            };
            use ::loco_oauth_server_migration::__private::async_trait;

            impl #impl_generics MigrationName for #ident #type_generics #where_clause {
                fn name(&self) -> &str {
                    ::core::unreachable!()
                }
            }

            #[allow(elided_lifetimes_in_paths)]
            #[async_trait::async_trait]
            impl #impl_generics MigrationTrait for #ident #type_generics #where_clause {
                async fn up(&self, _: &SchemaManager) -> ::core::result::Result<(), DbErr> {
                    ::core::unreachable!()
                }
            }
        };
    }
}
