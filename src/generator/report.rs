//! What the command prints: what changed, what did not, what comes next.

use std::fmt::Write;

use super::{Options, Plan};

/// The report of one run.
pub fn of(plan: &Plan, options: &Options) -> String {
    let mut report = String::new();
    if plan.misfits.is_empty() {
        changes(&mut report, plan, options);
    } else {
        misfits(&mut report, plan);
    }
    kept(&mut report, plan);
    for note in &plan.notes {
        let _ = writeln!(report, "note: {note}");
    }
    if plan.misfits.is_empty() && !options.dry_run && adds_tables(plan) {
        report.push_str(if options.upgrade {
            AFTER_AN_UPGRADE
        } else {
            NEXT_STEPS
        });
    }
    report
}

/// Whether this run brings a migration: the first run, and the first one of a newer version.
fn adds_tables(plan: &Plan) -> bool {
    plan.changes
        .iter()
        .any(|change| change.before.is_none() && change.path.starts_with("migration/"))
}

fn changes(report: &mut String, plan: &Plan, options: &Options) {
    if plan.changes.is_empty() {
        report.push_str("Everything is in place; nothing was changed.\n");
    }
    for change in &plan.changes {
        let verb = match (&change.before, options.dry_run) {
            (None, false) => "added",
            (Some(_), false) => "changed",
            (None, true) => "would add",
            (Some(_), true) => "would change",
        };
        let _ = writeln!(report, "{verb}: {}", change.path);
    }
}

fn misfits(report: &mut String, plan: &Plan) {
    for misfit in &plan.misfits {
        let _ = writeln!(
            report,
            "{}: could not find {}. Add by hand:",
            misfit.file, misfit.wanted
        );
        for line in misfit.lines.lines() {
            let _ = writeln!(report, "    {line}");
        }
    }
}

fn kept(report: &mut String, plan: &Plan) {
    for kept in &plan.kept {
        let reason = if kept.refused {
            "was edited and differs from what would be written; not overwritten without --force"
        } else {
            "was edited; kept"
        };
        let _ = writeln!(report, "{}: {reason}", kept.path);
    }
}

const AFTER_AN_UPGRADE: &str = "
Next:
  cargo loco db migrate       bring the tables up to date; older tokens stay valid
  cargo test
";

const NEXT_STEPS: &str = r#"
Next:
  cargo loco db migrate       create the tables
  cargo test                  the new request test passes as it is
  cargo loco start            then open
                                http://localhost:5150/.well-known/openid-configuration
                                http://localhost:5150/oauth/login
  cargo loco task oauth:client:create name:"My app" redirect_uris:http://localhost:3000/callback
                              register a client

The server is `OAuth` in src/models/oauth_server.rs, its settings are in config/*.yaml.
"#;
