//! `cargo loco generate oauth-server`: writes the plugin into an app.
//!
//! 1. [`Options`] are read from the command line, the app's name and users model from its files.
//! 2. [`plan()`] computes the new text of every file. Nothing is written yet; an edit that does not
//!    find its place is collected instead of guessed.
//! 3. [`Plan::write`] writes all files, or none when an edit had no place.
//!
//! `--upgrade` ([`upgrade`]) keeps of this plan what the database needs, and reports the rest.
//!
//! Edits are pure functions from text to text, one file per kind of file: [`app_rs`], [`modules`],
//! [`manifest`], [`config`]. New files come from `templates/generator/` through [`files`] and carry a
//! fingerprint ([`stamp`]), so that a later version can tell its own text from the developer's.

pub mod app_rs;
pub mod config;
mod edit;
pub mod error;
pub mod files;
pub mod manifest;
pub mod modules;
pub mod options;
pub mod plan;
mod planner;
pub mod report;
mod rustfmt;
mod source;
pub mod stamp;
pub mod upgrade;
pub mod users;
mod views;

use std::path::Path;

use chrono::Utc;

#[cfg(feature = "testing")]
pub use self::edit::Finished;
pub use self::{edit::Misfit, error::GeneratorError, options::Options, plan::Plan, planner::plan};

/// Runs the command in the current directory, which is the app's root under `cargo loco`.
///
/// # Errors
/// When the app cannot be read or written, an edit has no place, or an edited file was left alone.
/// The message is for people.
pub fn run(arguments: &[String]) -> Result<(), GeneratorError> {
    let options = Options::from_arguments(arguments);
    let root = Path::new(".");
    let plan = if options.upgrade {
        upgrade::plan(root, &options, Utc::now())?
    } else {
        plan(root, &options, Utc::now())?
    };
    if options.dry_run {
        print!("{}", plan.diff());
    } else {
        plan.write(root)?;
    }
    print!("{}", report::of(&plan, &options));
    plan.into_result()
}
