//! Every address of the plugin below its prefix: its path, and for whom it is.

/// An endpoint or page of the plugin. Documents at well-known addresses are not among them: they lie
/// outside of the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// The public keys (RFC 7517 §5).
    Jwks,
    /// The stylesheet.
    Asset,
    /// RFC 7662 §2.
    Introspect,
    /// RFC 6749 §3.2.
    Token,
    /// RFC 7009 §2.
    Revoke,
    /// OpenID Connect Core §5.3.
    Userinfo,
    /// RFC 7591 §3.
    Register,
    /// RFC 7592 §2.
    RegisteredClient,
    /// Exchanges a JWT of the app for the browser session (EX-01 to EX-06).
    Session,
    /// An interaction for the app's own scripts.
    Interaction,
    /// RFC 6749 §3.1.
    Authorize,
    /// RP-Initiated Logout §2.
    EndSession,
    /// Resumes an interaction.
    Continue,
    /// The login page.
    Login,
    /// The sign-up page.
    Signup,
    /// The account chooser.
    SelectAccount,
    /// The consent page.
    Consent,
    /// The question whether to sign out.
    Logout,
    /// Asks for a link to a new password.
    ForgotPassword,
    /// Takes the new password.
    ResetPassword,
    /// What a person has given out, and where they are signed in.
    Apps,
    /// Disconnects all apps.
    RevokeApps,
    /// Disconnects one app.
    RevokeApp,
    /// Signs one browser out.
    EndBrowserSession,
}

/// Who uses a route: what stands around its handlers follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody; a document that may be cached and is readable from every origin.
    Document,
    /// Our own pages: a file that may be cached.
    Asset,
    /// Servers of clients and of resources, not browsers.
    Server,
    /// Clients, also those that run in a browser (OAuth 2.1 §3.2): readable from every origin.
    Client,
    /// The app's own scripts, with cookies: readable from the origins that the app names.
    Script,
    /// People.
    Person,
}

impl Route {
    /// Every route, in the order in which they are listed.
    pub const ALL: [Self; 24] = [
        Self::Jwks,
        Self::Asset,
        Self::Introspect,
        Self::Token,
        Self::Revoke,
        Self::Userinfo,
        Self::Register,
        Self::RegisteredClient,
        Self::Session,
        Self::Interaction,
        Self::Authorize,
        Self::EndSession,
        Self::Continue,
        Self::Login,
        Self::Signup,
        Self::SelectAccount,
        Self::Consent,
        Self::Logout,
        Self::ForgotPassword,
        Self::ResetPassword,
        Self::Apps,
        Self::RevokeApps,
        Self::RevokeApp,
        Self::EndBrowserSession,
    ];

    /// The path below the prefix; what stands in braces is part of the request.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Jwks => "/jwks",
            Self::Asset => "/assets/{file}",
            Self::Introspect => "/introspect",
            Self::Token => "/token",
            Self::Revoke => "/revoke",
            Self::Userinfo => "/userinfo",
            Self::Register => "/register",
            Self::RegisteredClient => "/register/{client_id}",
            Self::Session => "/session",
            Self::Interaction => "/interaction",
            Self::Authorize => "/authorize",
            Self::EndSession => "/end-session",
            Self::Continue => "/continue",
            Self::Login => "/login",
            Self::Signup => "/signup",
            Self::SelectAccount => "/select-account",
            Self::Consent => "/consent",
            Self::Logout => "/logout",
            Self::ForgotPassword => "/forgot-password",
            Self::ResetPassword => "/reset-password",
            Self::Apps => "/apps",
            Self::RevokeApps => "/apps/revoke-all",
            Self::RevokeApp => "/apps/{id}/revoke",
            Self::EndBrowserSession => "/sessions/{sid}/end",
        }
    }

    /// Who uses it.
    pub const fn audience(self) -> Audience {
        match self {
            Self::Jwks => Audience::Document,
            Self::Asset => Audience::Asset,
            Self::Introspect => Audience::Server,
            Self::Token
            | Self::Revoke
            | Self::Userinfo
            | Self::Register
            | Self::RegisteredClient => Audience::Client,
            Self::Session | Self::Interaction => Audience::Script,
            Self::Authorize
            | Self::EndSession
            | Self::Continue
            | Self::Login
            | Self::Signup
            | Self::SelectAccount
            | Self::Consent
            | Self::Logout
            | Self::ForgotPassword
            | Self::ResetPassword
            | Self::Apps
            | Self::RevokeApps
            | Self::RevokeApp
            | Self::EndBrowserSession => Audience::Person,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Route;

    #[test]
    fn every_route_is_listed_once_and_has_a_path_of_its_own() {
        let paths: BTreeSet<&str> = Route::ALL.into_iter().map(Route::path).collect();
        assert_eq!(paths.len(), Route::ALL.len());
        for (place, route) in Route::ALL.into_iter().enumerate() {
            assert_eq!(route as usize, place, "{route:?}");
        }
    }
}
