//! What goes where: the list of files, and the rules for writing over them.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{
    GeneratorError, Options, Plan, app_rs,
    config::{self, Block},
    edit::{self, Finished},
    files::{self, NewFile},
    manifest::Manifest,
    modules,
    plan::{Change, Kept, read, required},
    rustfmt,
    stamp::{Standing, Style, stamped, standing},
    users::Users,
    views,
};

/// Plans all changes to the app at `root`.
///
/// # Errors
/// When `root` holds no Loco app with a database and users, or a file cannot be read.
pub fn plan(root: &Path, options: &Options, now: DateTime<Utc>) -> Result<Plan, GeneratorError> {
    let manifest_text = required(root, "Cargo.toml")?;
    let manifest = Manifest::parse("Cargo.toml", &manifest_text)?;
    required(root, app_rs::FILE)?;
    required(root, "migration/src/lib.rs")?;
    let users = Users::of(root, options)?;
    let mut planner = Planner {
        root,
        edition: manifest.edition().to_owned(),
        force: options.force,
        plan: Plan::default(),
    };
    planner.edit("Cargo.toml", |_| Finished {
        text: manifest.with_plugin(),
        misfits: Vec::new(),
    })?;
    planner.model(&users)?;
    planner.migrations(&manifest, &users, now)?;
    planner.edit(app_rs::FILE, app_rs::wire)?;
    planner.configuration()?;
    planner.tests(&manifest, &users)?;
    if options.tests {
        planner.long_test(&manifest, &users)?;
    }
    planner.main_rs()?;
    if options.views {
        planner.files(views::copies())?;
    }
    Ok(planner.plan)
}

struct Planner<'a> {
    root: &'a Path,
    edition: String,
    force: bool,
    plan: Plan,
}

impl Planner<'_> {
    fn model(&mut self, users: &Users) -> Result<(), GeneratorError> {
        self.file(files::model(users))?;
        self.declare("src/models/mod.rs", "pub mod oauth_server;")?;
        if !users.lacks.is_empty() {
            self.plan.notes.push(format!(
                "{} is not the starter's users model (no {}): adapt src/models/oauth_server.rs",
                users.module,
                users.lacks.join(", ")
            ));
        }
        Ok(())
    }

    fn migrations(
        &mut self,
        app: &Manifest,
        users: &Users,
        now: DateTime<Utc>,
    ) -> Result<(), GeneratorError> {
        let file = "migration/Cargo.toml";
        let manifest = Manifest::parse(file, &required(self.root, file)?)?;
        self.edit(file, |_| Finished {
            text: manifest.with_migrations(&app.source()),
            misfits: Vec::new(),
        })?;
        let migrations = files::migrations(self.root, users, now)?;
        self.edit("migration/src/lib.rs", |text| {
            let before = Finished {
                text: text.to_owned(),
                misfits: Vec::new(),
            };
            migrations.iter().fold(before, |before, migration| {
                let mut after = modules::register_migration(&before.text, &migration.module);
                after.misfits.splice(0..0, before.misfits);
                after
            })
        })?;
        self.files(
            migrations
                .into_iter()
                .filter_map(|migration| migration.file),
        )
    }

    fn configuration(&mut self) -> Result<(), GeneratorError> {
        let environments: [(&str, &[Block]); 3] = [
            (
                "config/development.yaml",
                &[config::DEVELOPMENT, config::CLEANUP],
            ),
            ("config/test.yaml", &[config::TEST]),
            (
                "config/production.yaml",
                &[config::PRODUCTION, config::CLEANUP],
            ),
        ];
        for (file, blocks) in environments {
            self.edit(file, |text| config::configure(file, text, blocks))?;
        }
        self.edit_or_create(".gitignore", ignore_keys)
    }

    fn tests(&mut self, manifest: &Manifest, users: &Users) -> Result<(), GeneratorError> {
        self.files(files::request_test(&app_crate(manifest), users))?;
        self.declare("tests/requests/mod.rs", "mod oauth_server;")
    }

    fn long_test(&mut self, manifest: &Manifest, users: &Users) -> Result<(), GeneratorError> {
        self.file(files::flows_test(&app_crate(manifest), users))?;
        self.declare("tests/requests/mod.rs", "mod oauth_server_flows;")
    }

    /// The one line that people write themselves, before the command exists.
    fn main_rs(&mut self) -> Result<(), GeneratorError> {
        let file = "src/bin/main.rs";
        if read(self.root, file)?.is_some_and(|text| !text.contains("loco_oauth_server::cli")) {
            self.plan.notes.push(format!(
                "{file} does not name this crate: write `use loco_oauth_server::cli;` instead of `use loco_rs::cli;`"
            ));
        }
        Ok(())
    }

    fn declare(&mut self, file: &str, line: &str) -> Result<(), GeneratorError> {
        self.edit_or_create(file, |text| {
            modules::declare(text, line).unwrap_or_else(|_| text.to_owned())
        })
    }

    fn edit_or_create(
        &mut self,
        file: &str,
        edit: impl FnOnce(&str) -> String,
    ) -> Result<(), GeneratorError> {
        let before = self.text(file)?;
        let text = before.as_deref().unwrap_or_default();
        let after = self.reformatted(file, text, edit(text));
        self.change(file, before, after);
        Ok(())
    }

    /// Edits a file; one that is not there becomes a note.
    fn edit(
        &mut self,
        file: &str,
        edit: impl FnOnce(&str) -> Finished,
    ) -> Result<(), GeneratorError> {
        let before = self.text(file)?;
        let Finished {
            text: after,
            misfits,
        } = edit(before.as_deref().unwrap_or_default());
        if before.is_none() {
            self.plan.notes.push(format!(
                "{file} is not there; what belongs into it:\n{after}"
            ));
            return Ok(());
        }
        self.plan.misfits.extend(misfits);
        let after = self.reformatted(file, before.as_deref().unwrap_or_default(), after);
        self.change(file, before, after);
        Ok(())
    }

    fn files(&mut self, files: impl IntoIterator<Item = NewFile>) -> Result<(), GeneratorError> {
        files.into_iter().try_for_each(|file| self.file(file))
    }

    /// Plans a file of the generator's own, unless the developer made it theirs.
    fn file(&mut self, file: NewFile) -> Result<(), GeneratorError> {
        let before = read(self.root, &file.path)?;
        let after = stamped(&self.formatted(&file), file.style);
        match before.as_deref().map(|text| standing(text, &after)) {
            Some(Standing::Current) => {}
            None | Some(Standing::Outdated) => self.change(&file.path, before, after),
            Some(_) if self.force => self.change(&file.path, before, after),
            Some(standing) => self.plan.kept.push(Kept {
                path: file.path,
                refused: standing != Standing::EditedCurrent,
            }),
        }
        Ok(())
    }

    fn formatted(&self, file: &NewFile) -> String {
        match file.style {
            Style::Rust => rustfmt::formatted(self.root, &self.edition, &file.body),
            _ => file.body.clone(),
        }
    }

    /// Formats an edited file if it was formatted before: other code is not ours to touch.
    fn reformatted(&self, file: &str, before: &str, after: String) -> String {
        let is_rust = Path::new(file)
            .extension()
            .is_some_and(|extension| extension == "rs");
        if is_rust && before != after && rustfmt::is_formatted(self.root, &self.edition, before) {
            rustfmt::formatted(self.root, &self.edition, &after)
        } else {
            after
        }
    }

    /// Text of a file as this plan leaves it: a second edit builds on the first one.
    fn text(&self, file: &str) -> Result<Option<String>, GeneratorError> {
        match self.plan.changes.iter().find(|change| change.path == file) {
            Some(change) => Ok(Some(change.after.clone())),
            None => read(self.root, file),
        }
    }

    fn change(&mut self, path: &str, before: Option<String>, after: String) {
        if before.as_deref() == Some(&after) {
            return;
        }
        let planned = &mut self.plan.changes;
        match planned.iter_mut().find(|change| change.path == path) {
            Some(change) => change.after = after,
            None => planned.push(Change {
                path: path.to_owned(),
                before,
                after,
            }),
        }
    }
}

fn app_crate(manifest: &Manifest) -> String {
    manifest.crate_name().unwrap_or_else(|| "app".to_owned())
}

/// Development makes its keys in `config/oauth_keys/`; they are nobody else's.
fn ignore_keys(text: &str) -> String {
    const LINE: &str = "/config/oauth_keys/";
    if text.lines().any(|line| line.trim() == LINE) {
        return text.to_owned();
    }
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let lines = format!("{gap}\n# Signing keys of the OAuth server\n{LINE}\n");
    edit::insert(text, text.len(), &lines)
}
