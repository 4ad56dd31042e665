//! Edits to `src/app.rs` in the forms that developers give it.

use insta::assert_snapshot;
use loco_oauth_server::internals::generator::{Finished, Options, app_rs::wire};
use rstest::rstest;

use super::{snapshots, starter, starter_named};

/// The hooks of an app, as short as they can be.
fn app(initializers: &str) -> String {
    format!(
        "use crate::tasks;

impl Hooks for App {{
    async fn initializers(_ctx: &AppContext) -> Result<Vec<Box<dyn Initializer>>> {{
        Ok({initializers})
    }}
    async fn connect_workers(_ctx: &AppContext, _queue: &Queue) -> Result<()> {{ Ok(()) }}
    fn register_tasks(tasks: &mut Tasks) {{
        // tasks-inject (do not remove)
    }}
    async fn truncate(_ctx: &AppContext) -> Result<()> {{
        Ok(())
    }}
}}
"
    )
}

fn wired(text: &str) -> String {
    let Finished { text, misfits } = wire(text);
    assert_eq!(misfits, []);
    text
}

#[test]
fn gn_04_parameters_are_renamed_where_used() {
    let _settings = snapshots();
    assert_snapshot!("wired_without_workers", wired(&app("vec![]")));
}

#[rstest]
#[case::empty("vec![]", "vec![Box::new(OAuth::initializer::<Self>())]")]
#[case::one(
    "vec![Box::new(A)]",
    "vec![Box::new(A), Box::new(OAuth::initializer::<Self>())]"
)]
#[case::trailing_comma(
    "vec![Box::new(A),]",
    "vec![Box::new(A), Box::new(OAuth::initializer::<Self>())]"
)]
#[case::lines(
    "vec![\n            Box::new(A),\n            Box::new(B) // last\n        ]",
    "vec![\n            Box::new(A),\n            Box::new(B), // last\n            Box::new(OAuth::initializer::<Self>()),\n        ]"
)]
#[case::comment_only(
    "vec![\n            // none yet ]\n        ]",
    "vec![\n            // none yet ]\n            Box::new(OAuth::initializer::<Self>()),\n        ]"
)]
#[case::brackets_in_texts(
    r#"vec![Box::new(A("]")), Box::new(B(']', [1]))]"#,
    r#"vec![Box::new(A("]")), Box::new(B(']', [1])), Box::new(OAuth::initializer::<Self>())]"#
)]
fn gn_04_the_initializer_joins_the_list(#[case] before: &str, #[case] after: &str) {
    let text = wired(&app(before));
    assert!(text.contains(&format!("Ok({after})")), "{text}");
}

/// The app's own hook goes on with the pool of the plugin.
#[rstest]
#[case::by_value("ctx", "let ctx = OAuth::after_context(ctx).await?;")]
#[case::unused("_ctx", "let ctx = OAuth::after_context(ctx).await?;")]
#[case::mutable("mut ctx", "ctx = OAuth::after_context(ctx).await?;")]
#[case::host_alias("context", "let context = OAuth::after_context(context).await?;")]
fn s_a1_an_own_hook_after_the_context_opens_the_pool_first(
    #[case] parameter: &str,
    #[case] line: &str,
) {
    let hook = format!(
        "    async fn after_context({parameter}: AppContext) -> Result<AppContext> {{
        prepare();
        Ok({})
    }}
    async fn truncate",
        parameter.trim_start_matches("mut ")
    );
    let text = wired(&app("vec![]").replacen("    async fn truncate", &hook, 1));

    let body = text.split("fn after_context(").nth(1).unwrap();
    let first = body.lines().nth(1).unwrap().trim();
    assert_eq!(first, line, "{text}");
    assert_eq!(text.matches("fn after_context(").count(), 1, "{text}");
    assert_eq!(wired(&text), text);
}

/// An app that was wired by a generator without this line gets it by a second run.
#[test]
fn s_a1_an_existing_app_gets_the_line_by_a_second_run() {
    let now = wired(&app("vec![Box::new(A)]"));
    let hook = now.find("    /// Opens the database pool").unwrap();
    let end = hook + now[hook..].find("\n    }\n").unwrap() + "\n    }\n".len();
    let before = format!("{}{}", &now[..hook], now[end..].trim_start_matches('\n'));
    assert!(!before.contains("after_context"), "{before}");

    assert!(wired(&before).contains("        OAuth::after_context(ctx).await\n"));
}

#[test]
fn gn_01_wiring_twice_is_wiring_once() {
    let once = wired(&app("vec![Box::new(A)]"));
    assert_eq!(wired(&once), once);
}

#[test]
fn gn_03_line_endings_stay() {
    let text = starter_named("sqlite-serverside").read("src/app.rs");
    let windows = text.replace('\n', "\r\n");

    assert_eq!(wired(&windows), wired(&text).replace('\n', "\r\n"));
}

#[test]
fn gn_03_an_unformatted_file_stays_unformatted() {
    let app = starter();
    app.replace("src/app.rs", "pub struct App;", "pub   struct App ;");

    app.generate();

    let text = app.read("src/app.rs");
    assert!(text.contains("pub   struct App ;"), "{text}");
    assert!(text.contains("OAuth::truncate(&ctx.db)"), "{text}");
}

#[test]
fn gn_03_names_in_comments_and_texts_are_no_anchors() {
    let text = app("vec![]").replace(
        "impl Hooks",
        "// fn truncate(ctx) { OAuth::truncate }\nconst X: &str = \"fn initializers() { vec![] }\";\nimpl Hooks",
    );
    let wired = wired(&text);

    assert!(
        wired.contains("\"fn initializers() { vec![] }\""),
        "{wired}"
    );
    assert!(
        wired.contains("        OAuth::truncate(&ctx.db).await?;"),
        "{wired}"
    );
}

#[test]
fn gn_02_a_missing_anchor_writes_nothing_and_shows_the_lines() {
    let _settings = snapshots();
    let app = starter();
    app.replace("src/app.rs", "Ok(vec![])", "Ok(all_of_them())");
    app.replace("migration/src/lib.rs", "// inject-above", "// here");
    let before = app.read("src/app.rs");

    let plan = app.plan(&Options::default()).unwrap();
    plan.write(app.folder.path()).unwrap();

    assert!(!app.has_generated());
    assert_eq!(app.read("src/app.rs"), before);
    insta::assert_debug_snapshot!("misfits", plan.misfits);
    assert_snapshot!("misfits_error", plan.into_result().unwrap_err().to_string());
}
