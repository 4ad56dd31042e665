//! `cargo loco generate oauth-server` on the files of real starters (Loco 1.2.0, `loco new`).
//!
//! `fixtures/common` is the starter with SQLite and without assets; the other folders hold what
//! differs in theirs.

mod app_rs;
mod config;
mod demo;
mod manifest;
mod ownership;
mod starters;
mod upgrade;
mod users;

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeZone, Utc};
use loco_oauth_server::internals::generator::{GeneratorError, Options, Plan, plan};
use tempfile::TempDir;

/// A starter app in a folder of its own.
struct Starter {
    folder: TempDir,
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 7, 28, 9, 30, 0).unwrap()
}

/// The starter that differs least from the others.
fn starter() -> Starter {
    starter_named("sqlite-none")
}

fn starter_named(name: &str) -> Starter {
    let folder = TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generator/fixtures");
    for layer in ["common", name] {
        let layer = fixtures.join(layer);
        if layer.exists() {
            copy(&layer, folder.path());
        }
    }
    fs::rename(
        folder.path().join("gitignore"),
        folder.path().join(".gitignore"),
    )
    .unwrap();
    Starter { folder }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Starter {
    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} has no {old:?}");
        self.write(file, &text.replace(old, new));
    }

    fn plan(&self, options: &Options) -> Result<Plan, GeneratorError> {
        plan(self.folder.path(), options, now())
    }

    /// Runs the command without flags.
    fn generate(&self) -> Plan {
        self.generate_with(&Options::default())
    }

    fn generate_with(&self, options: &Options) -> Plan {
        let plan = self.plan(options).unwrap();
        plan.write(self.folder.path()).unwrap();
        plan
    }

    fn has_generated(&self) -> bool {
        self.path("src/models/oauth_server.rs").exists()
    }
}

/// Settings for snapshots: plain file names, and no fingerprints, which change with every word of a
/// template.
fn snapshots() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(
        r"loco-oauth-server \d+\.\d+\.\d+, fingerprint [0-9a-f]{16}",
        "[stamp]",
    );
    settings.bind_to_scope()
}
