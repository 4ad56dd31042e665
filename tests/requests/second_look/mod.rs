//! What a review and the use by real clients found: a test of a finding begins with its number.

mod consent;
mod credentials;
mod equal_time;
mod forms;
mod identity;
mod meanwhile;
mod sign_out;
