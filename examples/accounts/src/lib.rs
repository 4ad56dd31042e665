//! The users of the small examples, and what the server knows of them. In an app of its own,
//! `loco new` and `cargo loco generate oauth-server` write this part: see `examples/demo`.

pub mod migration;
pub mod oauth_server;
pub mod users;
