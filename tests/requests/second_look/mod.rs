//! What a review and trials with real clients found: each test bears the name of its finding, and
//! comes with others of the same kind.

mod browsers;
mod consent;
mod credentials;
mod default_scopes;
mod equal_time;
mod forms;
mod guard_log;
mod hosts;
mod identity;
mod keys;
mod meanwhile;
mod messages;
mod resources;
mod root_resource;
mod sign_out;
mod stored_text;
mod well_known;
