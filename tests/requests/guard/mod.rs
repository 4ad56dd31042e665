//! The app's own routes behind guards (GU-01 to GU-06; C138-C140, and the twins of the cases of
//! UserInfo and of JWTs).

mod boot;
mod challenges;
mod handlers;
mod jwt;
mod metadata;
mod tokens;
