//! The app's own routes behind guards (GU-01 to GU-06; C138-C140, and the twins of the cases of
//! UserInfo and of JWTs).

mod boot;
mod browsers;
mod challenges;
mod handlers;
mod jwt;
mod log;
mod metadata;
mod root_resource;
mod step_up;
mod tokens;
