//! Derive macros of `loco-oauth-server`.

use proc_macro::TokenStream;

/// Placeholder entry, replaced by the schema expansion.
#[proc_macro_derive(OAuthServer, attributes(oauth_server))]
pub fn derive_oauth_server(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}
