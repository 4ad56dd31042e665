//! The app as a resource server: the guard of its own routes (GU-01 to GU-06; RFC 6750, RFC 9728,
//! RFC 8707).
//!
//! A guard names one of `resources` of the settings, by its `prefix` or its identifier, and the
//! scopes that an operation needs. A layer guards a group of routes:
//!
//! ```ignore
//! Routes::new()
//!     .add("/notes", get(list).post(create))
//!     .layer(OAuth::require("/api", ["notes:read"]))
//!
//! async fn create(token: AccessToken, State(ctx): State<AppContext>) -> Result<Response> {
//!     token.require(["notes:write"])?;
//!     let user: users::Model = token.user(&ctx).await?;
//!     // …
//! }
//! ```
//!
//! An extractor guards one handler:
//!
//! ```ignore
//! scopes!(pub ReadNotes = "/api": "notes:read");
//!
//! async fn list(Bearer(token, _): Bearer<ReadNotes>) -> Result<Response> { /* … */ }
//! ```
//!
//! A token is accepted if it is active (row, grant, client and user are checked at every request,
//! so a revocation works at once), if the resource is in its audience, and if it has all scopes.
//! A guard may also want a login of a class, or one that is not long ago (RFC 9470):
//! `OAuth::require("/api", ["payments:write"]).acr("mfa").max_age(Seconds::minutes(5))`.
//! Every other request is refused, with the challenge of RFC 6750 and RFC 9728.

mod access_token;
mod answer;
mod browsers;
mod extract;
mod layer;
mod request_context;
mod requirement;
mod token_check;

pub use access_token::AccessToken;
pub use answer::BearerError;
pub use extract::{Bearer, OptionalBearer, RequiredScopes};
pub use layer::Guard;

pub use answer::{GuardState, provide};

/// Declares what a handler needs, for [`Bearer`] and [`OptionalBearer`]: the resource and its
/// scopes, all of them.
///
/// ```
/// loco_oauth_server::scopes!(pub ReadNotes = "/api": "notes:read");
/// loco_oauth_server::scopes!(
///     /// Reads and writes.
///     WriteNotes = "https://api.example": "notes:read", "notes:write"
/// );
/// ```
///
/// A handler may also need a login of a class, or one that is not long ago (RFC 9470): classes, of which any
/// is enough, and seconds, each behind a semicolon.
///
/// ```
/// loco_oauth_server::scopes!(pub PayOut = "/api": "payments:write"; acr = "mfa"; max_age = 300);
/// ```
#[macro_export]
macro_rules! scopes {
    ($(#[$meta:meta])* $vis:vis $name:ident = $resource:literal : $($scope:literal),+ $(,)?
        $(; acr = $($acr:literal),+)? $(; max_age = $max_age:literal)? $(;)?) => {
        $(#[$meta])*
        #[doc = concat!("An access token for `", $resource, "`", $(" with `", $scope, "`",)+ ".")]
        #[derive(Clone, Copy, Debug)]
        $vis struct $name;

        impl $crate::RequiredScopes for $name {
            const RESOURCE: &'static str = $resource;
            const SCOPES: &'static [&'static str] = &[$($scope),+];
            $(const ACR_VALUES: &'static [&'static str] = &[$($acr),+];)?
            $(const MAX_AGE: Option<$crate::Seconds> = Some($crate::Seconds::new($max_age));)?
        }
    };
}
