//! Every address of the plugin below its prefix: its path, and its users.

/// Who uses a route, which decides about its middleware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteUsers {
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

/// Declares the routes: their paths, and who uses them.
macro_rules! routes {
    ($($(#[$doc:meta])+ $name:ident = $path:literal, $users:ident;)+) => {
        /// An endpoint or page of the plugin. Documents at well-known addresses are not among them:
        /// they lie outside of the prefix.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Route {
            $($(#[$doc])+ $name,)+
        }

        impl Route {
            /// Every route, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The path below the prefix; what stands in braces is part of the request.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$name => $path,)+
                }
            }

            /// Who uses it.
            pub const fn users(self) -> RouteUsers {
                match self {
                    $(Self::$name => RouteUsers::$users,)+
                }
            }
        }
    };
}

routes! {
    /// The public keys (RFC 7517 §5).
    Jwks = "/jwks", Document;
    /// The stylesheet.
    Asset = "/assets/{file}", Asset;
    /// The introspection endpoint (RFC 7662 §2).
    Introspect = "/introspect", Server;
    /// The token endpoint (RFC 6749 §3.2).
    Token = "/token", Client;
    /// The revocation endpoint (RFC 7009 §2).
    Revoke = "/revoke", Client;
    /// The pushed authorization request endpoint (RFC 9126 §2).
    PushedRequest = "/par", Client;
    /// The device authorization endpoint (RFC 8628 §3.1).
    DeviceAuthorization = "/device-authorization", Client;
    /// The `UserInfo` endpoint (OpenID Connect Core §5.3).
    Userinfo = "/userinfo", Client;
    /// The registration endpoint (RFC 7591 §3).
    Register = "/register", Client;
    /// The management endpoint of a registered client (RFC 7592 §2).
    RegisteredClient = "/register/{client_id}", Client;
    /// Exchanges a JWT of the app for the browser session (EX-01 to EX-06).
    Session = "/session", Script;
    /// The interaction endpoint, for scripts of the app's own pages.
    Interaction = "/interaction", Script;
    /// The authorization endpoint (RFC 6749 §3.1).
    Authorize = "/authorize", Person;
    /// The logout endpoint (RP-Initiated Logout §2).
    EndSession = "/end-session", Person;
    /// Resumes an interaction after a step.
    Continue = "/continue", Person;
    /// The login page.
    Login = "/login", Person;
    /// The sign-up page.
    Signup = "/signup", Person;
    /// The account chooser.
    SelectAccount = "/select-account", Person;
    /// The consent page.
    Consent = "/consent", Person;
    /// The question whether to sign out.
    Logout = "/logout", Person;
    /// Asks for a link to a new password.
    ForgotPassword = "/forgot-password", Person;
    /// Takes the new password.
    ResetPassword = "/reset-password", Person;
    /// Where people enter the code that a device shows (RFC 8628 §3.3).
    Device = "/device", Person;
    /// What a person has given out, and where they are signed in.
    Apps = "/apps", Person;
    /// Disconnects all apps.
    RevokeApps = "/apps/revoke-all", Person;
    /// Disconnects one app.
    RevokeApp = "/apps/{id}/revoke", Person;
    /// Signs one browser out.
    EndBrowserSession = "/sessions/{sid}/end", Person;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Route;

    #[test]
    fn every_route_has_a_path_of_its_own() {
        let paths: BTreeSet<&str> = Route::ALL.iter().map(|route| route.path()).collect();
        assert_eq!(paths.len(), Route::ALL.len());
    }
}
