//! What a second look found: each test begins with the row that it stands for.

mod client_assertions;
mod client_authentication;
mod client_challenges;
mod default_scopes;
mod guard_log;
mod lost_race;
mod misuse_at_once;
mod refresh_misuse;
mod resources;
mod root_resource;
mod scopes;
