//! What a review and trials with real clients found: each test bears the name of its finding, and
//! comes with others of the same kind.

mod browsers;
mod client_assertions;
mod client_authentication;
mod client_challenges;
mod consent;
mod credentials;
mod default_scopes;
mod equal_time;
mod forms;
mod guard_log;
mod hosts;
mod identity;
mod keys;
mod lost_race;
mod meanwhile;
mod misuse_at_once;
mod refresh_misuse;
mod registration;
mod resources;
mod root_resource;
mod scopes;
mod sign_out;
mod stored_text;
mod well_known;
