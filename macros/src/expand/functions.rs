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
                        Result, app::{AppContext, Hooks}, bgworker::Queue, boot::ServeParams,
                        controller::Routes, task::Tasks,
                    },
                    axum::{Router, http::HeaderMap},
                    plugin,
                    sea_orm::DatabaseConnection,
                },
                Guard, OAuthInitializer, OAuthServerDefinition, Server, SetCookies, SignIn,
                account::{ConnectedApp, UserSession},
            };

            impl #ident {
                /// For `Hooks::initializers`: boots the server and mounts its routes.
                #[must_use]
                pub fn initializer<H: Hooks>() -> OAuthInitializer<Self, H> {
                    OAuthInitializer::new()
                }

                /// For `Hooks::after_context`: opens the app's database pool so that it cannot stop
                /// the app, with the settings of `database` in the app's configuration.
                ///
                /// # Errors
                /// When the database cannot be opened.
                pub async fn after_context(ctx: AppContext) -> Result<AppContext> {
                    plugin::after_context(ctx).await
                }

                /// For `Hooks::serve`: as Loco serves, but clients that stay silent are let go after 20
                /// seconds, and requests that run at the end get 25.
                ///
                /// # Errors
                /// When the address cannot be bound.
                pub async fn serve<H: Hooks>(
                    app: Router,
                    ctx: &AppContext,
                    params: &ServeParams,
                ) -> Result<()> {
                    plugin::serve::<H>(app, ctx, params).await
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

                /// Signs a user in, for the app's own login outside of an authorization request.
                /// `headers` are the request's: other accounts of the browser stay signed in.
                ///
                /// # Errors
                /// When the user is inactive, when their address is not verified although
                /// `require_verified_email` asks for it (look at `is_verified` first, and call
                /// `send_verification`), when their subject is the id of a client, or when the database
                /// fails.
                pub async fn sign_in(
                    ctx: &AppContext,
                    headers: &HeaderMap,
                    user: &<Self as OAuthServerDefinition>::User,
                    sign_in: SignIn,
                ) -> Result<SetCookies> {
                    plugin::sign_in::<Self>(ctx, headers, user, sign_in).await
                }

                /// Signs every account of the browser out, for the app's own sign-out.
                ///
                /// # Errors
                /// When the database fails.
                pub async fn sign_out(ctx: &AppContext, headers: &HeaderMap) -> Result<SetCookies> {
                    plugin::sign_out::<Self>(ctx, headers).await
                }

                /// The apps that a user is connected to, as on the page of connected apps.
                ///
                /// # Errors
                /// When the database fails.
                pub async fn grants(
                    ctx: &AppContext,
                    user: &<Self as OAuthServerDefinition>::User,
                ) -> Result<::std::vec::Vec<ConnectedApp>> {
                    plugin::grants::<Self>(ctx, user).await
                }

                /// Takes everything from one of a user's apps that the user gave it: its tokens
                /// are dead at once. `false` when `id` is none of theirs.
                ///
                /// # Errors
                /// When the database fails.
                pub async fn revoke_grant(
                    ctx: &AppContext,
                    user: &<Self as OAuthServerDefinition>::User,
                    id: &str,
                ) -> Result<bool> {
                    plugin::revoke_grant::<Self>(ctx, user, id).await
                }

                /// The browsers that a user is signed in in.
                ///
                /// # Errors
                /// When the database fails.
                pub async fn sessions(
                    ctx: &AppContext,
                    user: &<Self as OAuthServerDefinition>::User,
                ) -> Result<::std::vec::Vec<UserSession>> {
                    plugin::sessions::<Self>(ctx, user).await
                }

                /// Signs a user out in every browser, for operators and for an account that is locked: the
                /// sessions end, and the apps hear of it. Returns how many sessions ended.
                ///
                /// # Errors
                /// When the database fails.
                pub async fn end_sessions(
                    ctx: &AppContext,
                    user: &<Self as OAuthServerDefinition>::User,
                ) -> Result<usize> {
                    plugin::end_sessions::<Self>(ctx, user).await
                }

                /// Guards a group of the app's own routes, for `Routes::layer`: an access token for
                /// `resource` (its `prefix`, or its identifier) with all of `scopes`.
                #[must_use]
                pub fn require<S: ::core::convert::AsRef<str>>(
                    resource: &str,
                    scopes: impl ::core::iter::IntoIterator<Item = S>,
                ) -> Guard {
                    Guard::require(resource, scopes)
                }

                /// Guards an MCP server, for `Routes::layer`: an access token for `resource` with
                /// its `default_scopes`.
                #[must_use]
                pub fn mcp(resource: &str) -> Guard {
                    Guard::mcp(resource)
                }
            }
        };
    }
}
