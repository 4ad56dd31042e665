//! Which room imports which. Imports point downwards: a room may know those that stand before it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use syn::{
    Attribute, ItemMod, ItemUse, Macro, Path, UseTree,
    visit::{self, Visit},
};

use super::sources::sources;

/// A room, and the rooms that it imports from.
struct Room {
    name: &'static str,
    imports: &'static [&'static str],
}

const fn room(name: &'static str, imports: &'static [&'static str]) -> Room {
    Room { name, imports }
}

/// The rooms from the bottom up, as in the architecture section of README.md.
#[rustfmt::skip]
const ROOMS: &[Room] = &[
    room("protocol", &[]),
    room("clock", &["protocol"]),
    room("random", &["protocol"]),
    room("config", &["protocol"]),
    room("events", &["protocol", "clock"]),
    room("store", &["protocol", "events"]),
    room("keys", &["protocol", "config", "events"]),
    room("fetch", &["protocol", "config", "events"]),
    room("views", &["protocol", "events"]),
    room("error", &["protocol", "random", "events", "store", "views"]),
    room("limits", &["protocol", "clock", "config", "events", "store", "error"]),
    room("people", &["protocol", "clock", "random", "config", "events", "store", "views", "error"]),
    room("clients", &["protocol", "clock", "random", "config", "events", "store", "keys", "fetch", "error", "people"]),
    room("logouts", &["protocol", "clock", "random", "config", "events", "store", "keys", "fetch", "clients"]),
    room("sessions", &["protocol", "clock", "random", "config", "events", "store", "error", "people", "clients", "logouts"]),
    room("consents", &["protocol", "clock", "events", "store", "error", "clients"]),
    room("tokens", &["protocol", "clock", "random", "config", "events", "store", "keys", "error", "people", "clients"]),
    room("interactions", &["protocol", "clock", "random", "config", "events", "store", "views", "error", "people", "clients", "sessions"]),
    room("server", &["protocol", "clock", "config", "events", "store", "keys", "fetch", "views", "limits", "people", "clients", "logouts", "sessions", "consents", "tokens", "interactions"]),
    room("boot", &["protocol", "clock", "config", "events", "store", "keys", "fetch", "views", "error", "limits", "people", "clients", "logouts", "sessions", "consents", "tokens", "interactions", "server"]),
    room("http", &["protocol", "events", "store", "views", "error", "people", "sessions", "interactions", "server"]),
    room("controllers", &["protocol", "random", "config", "events", "store", "keys", "views", "error", "limits", "people", "clients", "sessions", "consents", "tokens", "interactions", "server", "http"]),
    room("resource_server", &["protocol", "config", "events", "store", "error", "people", "tokens", "server", "http"]),
    room("operations", &["protocol", "clock", "random", "config", "events", "store", "keys", "fetch", "views", "people", "clients", "server", "boot", "http"]),
    room("account", &["sessions", "consents"]),
    room("interaction", &["protocol", "views"]),
    room("app", &["protocol", "config", "error", "people", "sessions", "boot", "http", "controllers", "resource_server", "operations", "account"]),
    room("prelude", &["events", "people", "controllers"]),
    room("generator", &[]),
    room("cli", &["boot", "app", "generator"]),
    room("testing", &["protocol", "clock", "random", "config", "events", "store", "keys", "people", "sessions", "tokens", "server", "http", "controllers"]),
    room("__private", &["store", "people", "app"]),
];

/// The crate's root, which has every room.
const ROOT: &str = "lib";

/// Paths of `crate::…` in a file, tests aside.
#[derive(Default)]
struct Imports {
    of: BTreeSet<String>,
}

impl Imports {
    fn tree(&mut self, tree: &UseTree, depth: usize) {
        match (tree, depth) {
            (UseTree::Path(path), 0) if path.ident == "crate" => self.tree(&path.tree, 1),
            (UseTree::Path(path), 1) => drop(self.of.insert(path.ident.to_string())),
            (UseTree::Name(name), 1) => drop(self.of.insert(name.ident.to_string())),
            (UseTree::Rename(name), 1) => drop(self.of.insert(name.ident.to_string())),
            (UseTree::Group(group), depth) => {
                group.items.iter().for_each(|tree| self.tree(tree, depth));
            }
            _ => {}
        }
    }

    /// `crate::x` within the tokens of a macro, at any depth.
    fn tokens(&mut self, tokens: &str) {
        let mut words = tokens.split_whitespace();
        while let Some(word) = words.next() {
            if word == "crate"
                && words.next() == Some("::")
                && let Some(name) = words.next()
            {
                self.of.insert(name.to_owned());
            }
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&item.tree, 0);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments = path.segments.iter();
        if segments.next().is_some_and(|first| first.ident == "crate")
            && let Some(second) = segments.next()
        {
            self.of.insert(second.ident.to_string());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, of: &'ast Macro) {
        self.tokens(&of.tokens.to_string());
        visit::visit_macro(self, of);
    }
}

/// What each room imports, as it is written.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let mut imports = Imports::default();
        imports.visit_file(&source.file);
        let room = source.room();
        let others = imports.of.into_iter().filter(|name| *name != room);
        rooms.entry(room.clone()).or_default().extend(others);
    }
    rooms
}

fn names() -> Vec<&'static str> {
    ROOMS.iter().map(|room| room.name).collect()
}

#[test]
fn a_room_imports_what_the_table_says_and_nothing_else() {
    let written = imports();
    let names = names();
    for (room, imported) in &written {
        if room == ROOT {
            continue;
        }
        let row = ROOMS.iter().find(|row| row.name == room);
        let row = row.unwrap_or_else(|| panic!("src/{room} is no room of the table"));
        // What is no room is an item that the root exports.
        let imported: BTreeSet<&str> = imported
            .iter()
            .map(String::as_str)
            .filter(|name| names.contains(name))
            .collect();
        let allowed: BTreeSet<&str> = row.imports.iter().copied().collect();
        assert_eq!(imported, allowed, "imports of src/{room}: written, allowed");
    }
}

/// With this no two rooms can import each other, directly or through others.
#[test]
fn imports_point_downwards() {
    let names = names();
    for (place, room) in ROOMS.iter().enumerate() {
        for import in room.imports {
            let below = names.iter().position(|name| name == import);
            assert!(
                below.is_some_and(|below| below < place),
                "{} imports {import}, which does not stand below it",
                room.name
            );
        }
    }
}

#[test]
fn readme_shows_the_same_rooms_in_the_same_order() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let section = readme.split("## Architecture").nth(1).expect("the section");
    let tree = section.split("src/\n").nth(1).expect("the tree");
    let shown: Vec<&str> = tree
        .lines()
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| name.trim_end_matches('/').trim_end_matches(".rs"))
        .filter(|name| *name != ROOT)
        .collect();
    assert_eq!(shown, names());
}

/// What only some rooms may know of the world outside.
#[test]
fn few_rooms_know_the_frameworks() {
    let walls: [(&str, &[&str]); 4] = [
        // Status codes and headers are plain values: `axum::http` may be used by all.
        (
            "axum",
            &[
                "http",
                "controllers",
                "resource_server",
                "app",
                "generator",
                "testing",
                "__private",
            ],
        ),
        (
            "sea_orm",
            &[
                "store",
                "people",
                "interactions",
                "boot",
                "app",
                "cli",
                "__private",
            ],
        ),
        (
            "loco_rs",
            &[
                "config",
                "store",
                "people",
                "boot",
                "http",
                "controllers",
                "resource_server",
                "operations",
                "app",
                "generator",
                "cli",
                "testing",
                "__private",
            ],
        ),
        ("reqwest", &["fetch", "operations"]),
    ];
    for source in sources().iter().filter(|source| !source.is_test()) {
        let room = source.room();
        let mut outside = Outside::default();
        outside.visit_file(&source.file);
        for (name, allowed) in walls {
            assert!(
                allowed.contains(&room.as_str()) || !outside.of.contains(name),
                "src/{} knows {name}",
                source.path.display()
            );
        }
    }
}

/// The rules decide on values: no HTTP, no app, no database, no clock, no randomness.
#[test]
fn the_rules_know_nobody() {
    let foreign = [
        "axum", "loco_rs", "sea_orm", "tokio", "reqwest", "rand", "chrono",
    ];
    let own = imports();
    let rooms = names();
    let rooms: Vec<_> = own["protocol"]
        .iter()
        .filter(|name| rooms.contains(&name.as_str()))
        .collect();
    assert!(rooms.is_empty(), "{rooms:?}");
    for source in sources()
        .iter()
        .filter(|source| source.room() == "protocol")
    {
        let mut outside = Outside::default();
        outside.visit_file(&source.file);
        for name in foreign {
            let path = source.path.display();
            assert!(!outside.of.contains(name), "src/{path} knows {name}");
        }
        for word in ["SystemTime", "Instant::now"] {
            let path = source.path.display();
            assert!(!source.text.contains(word), "src/{path}: {word}");
        }
    }
}

/// First segments of paths and imports; of `axum::http` none.
#[derive(Default)]
struct Outside {
    of: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Outside {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let UseTree::Path(path) = &item.tree else {
            return;
        };
        let values = |tree: &UseTree| matches!(tree, UseTree::Path(below) if below.ident == "http");
        let only_values = match &*path.tree {
            UseTree::Group(group) => group.items.iter().all(values),
            tree => values(tree),
        };
        if !(path.ident == "axum" && only_values) {
            self.of.insert(path.ident.to_string());
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments = path.segments.iter();
        if let (Some(first), Some(second)) = (segments.next(), segments.next())
            && !(first.ident == "axum" && second.ident == "http")
        {
            self.of.insert(first.ident.to_string());
        }
        visit::visit_path(self, path);
    }
}
