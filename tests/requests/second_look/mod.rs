//! What a review and trials with real clients found: each test bears the name of its finding, and
//! comes with others of the same kind.

mod browsers;
mod hosts;
mod keys;
mod registration;
mod stored_text;
mod well_known;
