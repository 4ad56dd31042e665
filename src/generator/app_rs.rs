//! Edits to `src/app.rs`.

use super::{
    edit::{Draft, Edited, Finished, Missing, indent_at, insert, line_start},
    source::{self, Function, function, mask, words},
};

/// File that these edits are for.
pub const FILE: &str = "src/app.rs";

const USE: &str = "use crate::models::oauth_server::OAuth;";
const INITIALIZER: &str = "Box::new(OAuth::initializer::<Self>())";
const AFTER_CONTEXT: &str = "

    /// Opens the database pool so that it cannot stop the app.
    async fn after_context(ctx: AppContext) -> Result<AppContext> {
        OAuth::after_context(ctx).await
    }";
const SERVE: &str = "

    /// As Loco does, and lets go of clients that stay silent.
    async fn serve(
        app: axum::Router,
        ctx: &AppContext,
        params: &loco_rs::boot::ServeParams,
    ) -> Result<()> {
        OAuth::serve::<Self>(app, ctx, params).await
    }";

/// Wires the plugin into the app's hooks.
#[must_use]
pub fn wire(text: &str) -> Finished {
    Draft::new(FILE, text)
        .then(import)
        .then(initializer)
        .then(|text| Ok(serve(text)))
        .then(after_context)
        .then(tasks)
        .then(workers)
        .then(truncate)
        .finish()
}

/// The `use` line, above the app's own ones.
fn import(text: &str) -> Edited {
    let code = mask(text);
    if code.contains("oauth_server::OAuth") {
        return Ok(text.to_owned());
    }
    let at = use_of_this_crate(&code)
        .or_else(|| after_last_use(&code))
        .ok_or_else(|| Missing::new("a `use` line", USE))?;
    Ok(insert(
        text,
        above_attributes(text, at),
        &format!("{USE}\n"),
    ))
}

/// Start of the line of the first top-level `use crate::…`.
fn use_of_this_crate(code: &str) -> Option<usize> {
    line_starts(code).find(|&at| code[at..].starts_with("use crate::"))
}

/// Start of the line below the last top-level `use …;`.
fn after_last_use(code: &str) -> Option<usize> {
    let last = line_starts(code)
        .filter(|&at| code[at..].starts_with("use "))
        .last()?;
    let end = last + code[last..].find(';')?;
    Some(end + code[end..].find('\n')? + 1)
}

fn line_starts(code: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(code.match_indices('\n').map(|(at, _)| at + 1))
}

/// Moves up over attribute and comment lines that belong to the item at `at`.
fn above_attributes(text: &str, mut at: usize) -> usize {
    while at > 0 {
        let above = line_start(text, at - 1);
        let line = text[above..at].trim();
        if !(line.starts_with("#[") || line.starts_with("//")) {
            break;
        }
        at = above;
    }
    at
}

/// The last element of the `vec![…]` in `initializers`.
fn initializer(text: &str) -> Edited {
    let code = mask(text);
    if code.contains("OAuth::initializer") {
        return Ok(text.to_owned());
    }
    let missing = || Missing::new("`vec![…]` in `fn initializers`", INITIALIZER);
    let list = function(&code, "initializers")
        .and_then(|initializers| vec_in(&code, &initializers))
        .ok_or_else(missing)?;
    Ok(push(text, &code, list))
}

/// Inside of the brackets of the first `vec![…]`.
fn vec_in(code: &str, function: &Function) -> Option<std::ops::Range<usize>> {
    let at = words(code, "vec!").find(|at| function.body.contains(at))?;
    let open = at + code[at..].find('[')?;
    Some(open + 1..source::matching(code, open)?)
}

/// Adds the initializer to a list, on a line of its own where the list has several.
fn push(text: &str, code: &str, items: std::ops::Range<usize>) -> String {
    let last = items.start + code[items.clone()].trim_end().len();
    let comma = match code.as_bytes()[..last].last() {
        Some(b',' | b'[') | None => "",
        _ => ",",
    };
    let closing_line = line_start(text, items.end);
    if closing_line <= last {
        let space = if last == items.start { "" } else { " " };
        return insert(text, last, &format!("{comma}{space}{INITIALIZER}"));
    }
    let line = format!("{}    {INITIALIZER},\n", indent_at(text, items.end));
    insert(&insert(text, closing_line, &line), last, comma)
}

/// Below `initializers`, unless the app has a way of its own to serve.
fn serve(text: &str) -> String {
    let code = mask(text);
    match function(&code, "initializers") {
        Some(hook) if function(&code, "serve").is_none() => insert(text, hook.span.end + 1, SERVE),
        // Without `initializers` the edit before this one has said so.
        _ => text.to_owned(),
    }
}

/// Below `initializers`, or first in the app's own hook, so that whatever follows there has the pool.
fn after_context(text: &str) -> Edited {
    let code = mask(text);
    if code.contains("OAuth::after_context") {
        return Ok(text.to_owned());
    }
    let Some(hook) = function(&code, "after_context") else {
        return Ok(match function(&code, "initializers") {
            Some(above) => insert(text, above.span.end + 1, AFTER_CONTEXT),
            // The edit of `initializers` has said that it is not there.
            None => text.to_owned(),
        });
    };
    let missing = || {
        let line = "let ctx = OAuth::after_context(ctx).await?;";
        Missing::new("`fn after_context(ctx: AppContext)`", line)
    };
    let parameter_is_mutable = signature(&code, &hook).contains("mut ");
    let (text, parameters) = used_parameters(text, &hook);
    let ctx = parameters.first().ok_or_else(missing)?;
    let binding = if parameter_is_mutable { "" } else { "let " };
    let line = format!("{binding}{ctx} = OAuth::after_context({ctx}).await?;");
    prepend(&text, "after_context", &line)
}

/// The parameters of a function, as they are written.
fn signature<'a>(code: &'a str, hook: &Function) -> &'a str {
    code.get(hook.span.start..hook.body.start)
        .unwrap_or_default()
}

/// Above Loco's anchor, where its own generators put tasks, else first in the function.
fn tasks(text: &str) -> Edited {
    let code = mask(text);
    if code.contains("OAuth::register_tasks") {
        return Ok(text.to_owned());
    }
    let anchor = "// tasks-inject";
    let Some(hook) = function(&code, "register_tasks") else {
        return Err(Missing::new(
            "`fn register_tasks`",
            "OAuth::register_tasks(tasks);",
        ));
    };
    let (text, parameters) = used_parameters(text, &hook);
    let statement = format!("OAuth::register_tasks({});\n", parameters.join(", "));
    match text[hook.span.start..].find(anchor) {
        Some(at) => {
            let line = line_start(&text, hook.span.start + at);
            let indent = indent_at(&text, line).to_owned();
            Ok(insert(&text, line, &format!("{indent}{statement}")))
        }
        None => prepend(&text, "register_tasks", statement.trim_end()),
    }
}

fn workers(text: &str) -> Edited {
    let code = mask(text);
    if code.contains("OAuth::connect_workers") {
        return Ok(text.to_owned());
    }
    let Some(hook) = function(&code, "connect_workers") else {
        return Err(Missing::new(
            "`fn connect_workers`",
            "OAuth::connect_workers(ctx, queue).await?;",
        ));
    };
    let (text, parameters) = used_parameters(text, &hook);
    let call = format!("OAuth::connect_workers({}).await?;", parameters.join(", "));
    prepend(&text, "connect_workers", &call)
}

/// First in `truncate`, because the plugin's rows refer to the app's users.
fn truncate(text: &str) -> Edited {
    let code = mask(text);
    if code.contains("OAuth::truncate") {
        return Ok(text.to_owned());
    }
    let missing = || Missing::new("`fn truncate(ctx)`", "OAuth::truncate(&ctx.db).await?;");
    let hook = function(&code, "truncate").ok_or_else(missing)?;
    let (text, parameters) = used_parameters(text, &hook);
    let ctx = parameters.first().ok_or_else(missing)?;
    prepend(
        &text,
        "truncate",
        &format!("OAuth::truncate(&{ctx}.db).await?;"),
    )
}

/// Renames `_ctx` and the like inside of the function, since they are used from now on.
fn used_parameters(text: &str, hook: &Function) -> (String, Vec<String>) {
    let mut span = text[hook.span.clone()].to_owned();
    let mut names = Vec::new();
    for name in &hook.parameters {
        let used = name.trim_start_matches('_');
        if used != name {
            let mut places: Vec<usize> = words(&mask(&span), name).collect();
            places.reverse();
            for at in places {
                span.replace_range(at..at + name.len(), used);
            }
        }
        names.push(used.to_owned());
    }
    let renamed = format!(
        "{}{span}{}",
        &text[..hook.span.start],
        &text[hook.span.end..]
    );
    (renamed, names)
}

/// Puts a statement first in a function.
fn prepend(text: &str, name: &str, statement: &str) -> Edited {
    let hook = function(&mask(text), name)
        .ok_or_else(|| Missing::new(format!("`fn {name}`"), statement))?;
    let indent = indent_at(text, hook.span.start).to_owned();
    let on_one_line = !text[hook.body.clone()].contains('\n');
    let end = if on_one_line {
        format!("\n{indent}   ")
    } else {
        String::new()
    };
    let lines = format!("\n{indent}    {statement}{end}");
    Ok(insert(text, hook.body.start, &lines))
}
