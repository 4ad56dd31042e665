//! The names an app needs: `use loco_oauth_server::prelude::*;`

pub use crate::{
    AccessToken, Bearer, BearerError, OAuthServer, OptionalBearer, Seconds, SetCookies, SignIn,
    UnixTime,
    controllers::own_page::{Csrf, InteractionError, OAuthInteraction},
    events::{AuditEvent, EventSubscriber},
    people::{
        hooks::{
            ClientInfo, DefaultHooks, ExternalLogin, IdentityAssertion, InteractionInfo,
            ManageAction, OAuthServerHooks, OwnedClient, Registrant, SessionInfo, TokenInfo,
        },
        resource_owner::{
            ClaimRequest, Claims, CreateAccount, FieldError, FormCheck, PasswordError,
            ResourceOwner, SetPassword, SignUp, SignUpError, SignUpField,
        },
    },
    scopes,
};
