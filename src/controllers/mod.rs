//! The endpoints: one file each, read top to bottom: load → decide → persist → respond.

pub mod apps;
pub mod assets;
pub mod authorize;
pub mod client_configuration;
pub mod consent;
pub mod end_session;
mod entered;
pub mod forgot_password;
pub mod grants;
pub mod interaction;
pub mod introspect;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod page;
pub mod register;
pub mod reset_password;
pub mod resource_metadata;
pub mod resume;
pub mod revoke;
pub mod select_account;
pub mod session;
pub mod signup;
pub mod token;
pub mod userinfo;
