//! The struct's functions: each a single call into the library.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

/// `impl OAuth { … }`.
pub fn functions(ident: &Ident) -> TokenStream {
    quote! {
        const _: () = {
            use ::loco_oauth_server::{
                __private::{
                    loco_rs::{
                        Result, app::{AppContext, Hooks}, bgworker::Queue, controller::Routes,
                        task::Tasks,
                    },
                    sea_orm::DatabaseConnection,
                },
                OAuthInitializer, Server, plugin,
            };

            impl #ident {
                /// For `Hooks::initializers`: boots the server and mounts its routes.
                #[must_use]
                pub fn initializer<H: Hooks>() -> OAuthInitializer<Self, H> {
                    OAuthInitializer::new()
                }

                /// For `Hooks::routes`, when the app mounts the routes by hand.
                #[must_use]
                pub fn routes(ctx: &AppContext) -> ::std::vec::Vec<Routes> {
                    plugin::routes::<Self>(ctx)
                }

                /// For `Hooks::register_tasks`.
                pub fn register_tasks(tasks: &mut Tasks) {
                    plugin::register_tasks::<Self>(tasks);
                }

                /// For `Hooks::connect_workers`.
                ///
                /// # Errors
                /// When a worker cannot be registered.
                pub async fn connect_workers(ctx: &AppContext, queue: &Queue) -> Result<()> {
                    plugin::connect_workers::<Self>(ctx, queue).await
                }

                /// For `Hooks::truncate`: empties the plugin's tables.
                ///
                /// # Errors
                /// When the database fails.
                pub async fn truncate(db: &DatabaseConnection) -> Result<()> {
                    plugin::truncate::<Self>(db).await
                }

                /// The server of this app, loaded when no initializer has run (in tasks).
                ///
                /// # Errors
                /// When settings, keys or tables are not as they should be.
                pub async fn server(ctx: &AppContext) -> Result<::std::sync::Arc<Server>> {
                    plugin::server::<Self>(ctx).await
                }
            }
        };
    }
}
