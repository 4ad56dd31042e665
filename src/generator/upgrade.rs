//! `--upgrade`: what an app needs after an update of the crate.
//!
//! The whole plan is made as always. What the database needs is written: the migrations that are missing. The rest is
//! reported, because it is the developer's to read: files that the generator would write otherwise today, pages of the
//! app whose shipped originals changed since they were copied, and settings that a new app has.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{
    GeneratorError, Misfit, Options, Plan,
    config::{self, Block},
    files,
    plan::{Change, Kept, read},
    planner,
    stamp::{Standing, stamped, standing, unstamped},
    views,
};

/// Folder of the migrations.
const MIGRATIONS: &str = "migration/";

/// A file that `--tests` writes: where it is, it is looked at.
const FLOWS: &str = "tests/requests/oauth_server_flows.rs";

/// Plans an upgrade of the app at `root`.
///
/// # Errors
/// When the app has no OAuth server, or for the reasons of [`planner::plan`].
pub fn plan(root: &Path, options: &Options, now: DateTime<Utc>) -> Result<Plan, GeneratorError> {
    // An app that is none says so first.
    let whole = Options {
        tests: read(root, FLOWS)?.is_some(),
        ..options.clone()
    };
    let whole = planner::plan(root, &whole, now)?;
    if !files::has_migrations(root)? {
        return Err(GeneratorError::NothingToUpgrade);
    }
    let (changes, others): (Vec<Change>, Vec<Change>) = whole
        .changes
        .into_iter()
        .partition(|change| change.path.starts_with(MIGRATIONS));
    let (misfits, unplaced): (Vec<Misfit>, Vec<Misfit>) = whole
        .misfits
        .into_iter()
        .partition(|misfit| misfit.file.starts_with(MIGRATIONS));
    let mut notes: Vec<String> = others.iter().map(newer).collect();
    notes.extend(unplaced.iter().map(|misfit| {
        format!(
            "{}: lacks `{}`, for which no place was found",
            misfit.file,
            misfit.lines.trim()
        )
    }));
    notes.extend(whole.kept.iter().filter_map(edited));
    notes.extend(overrides(root)?);
    notes.extend(settings(root)?);
    notes.extend(whole.notes);
    Ok(Plan {
        changes,
        misfits,
        notes,
        kept: Vec::new(),
    })
}

/// A file that the generator would write otherwise, and that nobody edited; or one that lacks lines.
fn newer(change: &Change) -> String {
    let path = &change.path;
    let what = match &change.before {
        None => "is not there; a new app has it",
        Some(before) if unstamped(before).fingerprint.is_some() => {
            "changed in this version, and you did not edit it"
        }
        Some(_) => "lacks lines that a new app has",
    };
    format!("{path}: {what}; written by `cargo loco generate oauth-server` (`--dry-run` shows it)")
}

/// A file that was edited, and that the generator would write otherwise now.
fn edited(kept: &Kept) -> Option<String> {
    let path = &kept.path;
    kept.refused.then(|| {
        format!(
            "{path}: changed in this version, and you edited yours; compare with `--dry-run --force` \
             without `--upgrade`"
        )
    })
}

/// Pages of the app whose originals changed.
fn overrides(root: &Path) -> Result<Vec<String>, GeneratorError> {
    let shipped = views::copies();
    let mut notes = Vec::new();
    for path in views::of_app(root)? {
        let Some(text) = read(root, &path)? else {
            continue;
        };
        let Some(original) = shipped.iter().find(|file| file.path == path) else {
            // Texts in other languages are few lines, which an app adds one by one.
            if Path::new(&path).extension().is_none_or(|it| it != "ftl") {
                notes.push(format!(
                    "{path}: this version has no page or stylesheet of that name"
                ));
            }
            continue;
        };
        let note = match standing(&text, &stamped(&original.body, original.style)) {
            Standing::Current | Standing::EditedCurrent => continue,
            Standing::Outdated => {
                "the shipped one changed since you copied it, and you did not edit yours: delete it, or copy it \
                 anew with `--views`"
            }
            Standing::EditedOutdated => {
                "the shipped one changed since you copied it, and you edited yours: compare with \
                 `--views --dry-run --force`"
            }
            Standing::Foreign => {
                "has no stamp, so that nobody knows which version it comes from: compare with \
                 `--views --dry-run --force`"
            }
        };
        notes.push(format!("{path}: {note}"));
    }
    Ok(notes)
}

/// Settings that a new app has, and this one does not name.
fn settings(root: &Path) -> Result<Vec<String>, GeneratorError> {
    let files: [(&str, &Block); 3] = [
        ("config/development.yaml", &config::DEVELOPMENT),
        ("config/test.yaml", &config::TEST),
        ("config/production.yaml", &config::PRODUCTION),
    ];
    let mut notes = Vec::new();
    for (file, block) in files {
        let Some(text) = read(root, file)? else {
            continue;
        };
        let missing = config::missing_keys(&text, block);
        if !missing.is_empty() {
            notes.push(format!(
                "{file}: a new app also has {} (README.md, Settings)",
                missing.join(", ")
            ));
        }
    }
    Ok(notes)
}
