//! What a review and trials with real clients found: each test bears the name of its finding.

mod browsers;
mod hosts;
mod keys;
mod stored_text;
mod well_known;
