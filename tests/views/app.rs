//! A directory with the views of an app.

use std::{fs, path::Path};

use loco_oauth_server::internals::views::{
    Edits, Views, ViewsError,
    pages::{ConsentPage, LoginPage},
};
use tempfile::TempDir;

use super::{LANGUAGES, sample};

/// An app's `assets/views/oauth_server`.
pub struct App {
    dir: TempDir,
}

impl App {
    pub fn with(files: &[(&str, &str)]) -> Self {
        let app = Self {
            dir: TempDir::new().unwrap(),
        };
        for (name, text) in files {
            app.write(name, text);
        }
        app
    }

    pub fn write(&self, name: &str, text: &str) {
        let file = self.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn debug(&self) -> Views {
        self.views(Edits::Watched).0
    }

    pub fn release(&self) -> (Views, Vec<String>) {
        self.views(Edits::AtBoot)
    }

    fn views(&self, edits: Edits) -> (Views, Vec<String>) {
        let mut locales = LANGUAGES.map(String::from).to_vec();
        locales.extend(["it".into(), "ar".into()]);
        let views = Views::new(Some(self.path().to_owned()), &locales, "en", edits).unwrap();
        let broken = views.broken();
        (views, broken)
    }
}

pub fn login(views: &Views, lang: &str) -> Result<String, ViewsError> {
    views.render(lang, &sample::<LoginPage>("main"))
}

pub fn consent(views: &Views) -> Result<String, ViewsError> {
    views.render("en", &sample::<ConsentPage>("main"))
}
