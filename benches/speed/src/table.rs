//! What is printed.

use std::{fmt::Write, time::Duration};

use crate::{
    contender::Figures,
    growth::{Growth, Stage, StageFigures},
    measure::{Allocations, Comparison, Report},
    nodes::{NodesFigures, NodesStage},
    options::Options,
};

const HEAD: &str = "| Operation | per second | p50, ms | p99, ms | CPU of the server, ms | CPU of the database, ms | allocations; bytes |
|---|--:|--:|--:|--:|--:|--:|
";

/// A table in Markdown. Each cell but the last: the server, the bare handlers, their ratio.
pub fn markdown(report: &Report, options: &Options) -> String {
    let mut text = format!(
        "\n{}, {}, {} connections, pool of {}, {} rounds of {} s. Server / bare / ratio:\n\n{HEAD}",
        report.database.name(),
        options.alg.name(),
        options.connections,
        options.pool,
        options.rounds,
        options.seconds.as_secs_f64(),
    );
    for comparison in &report.comparisons {
        text += &row(comparison);
    }
    let size = report
        .program_size
        .map_or_else(|| "unknown".to_owned(), megabytes);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\nIdle memory {:.1} MB, after the load {:.1} MB; cold start {} ms; stripped program {size}.\n",
        report.idle_megabytes,
        report.loaded_megabytes,
        report.cold_start.as_millis(),
    );
    text
}

/// One line about an operation, while the others are still to come.
pub fn progress(comparison: &Comparison) -> String {
    let Comparison {
        operation,
        ours,
        bare,
        ..
    } = comparison;
    let name = operation.name();
    let (ours, bare) = (ours.per_second, bare.per_second);
    format!("{name}: {ours:.0} per second, bare {bare:.0}")
}

/// One line about an operation at a number of rows.
pub fn progress_of(measured: &StageFigures) -> String {
    let name = measured.operation.name();
    format!("{name}: {:.0} per second", measured.figures.per_second)
}

/// Two tables in Markdown: operations by rows, and latencies beside the cleanup.
pub fn growth(growth: &Growth, options: &Options) -> String {
    let mut text = format!(
        "\n{}, {}, {} connections, {} rounds of {} s. Per second; p50 and p99 in ms; CPU of server and \
         database in ms:\n\n| Operation |",
        growth.database.name(),
        options.alg.name(),
        options.connections,
        options.rounds,
        options.seconds.as_secs_f64(),
    );
    for stage in &growth.stages {
        // Writing to a String cannot fail.
        let _ = write!(text, " {} rows |", stage.rows);
    }
    let _ = write!(text, "\n|---|{}\n", "---|".repeat(growth.stages.len()));
    let operations = growth.stages.first().map(|stage| stage.figures.iter());
    for (place, first) in operations.into_iter().flatten().enumerate() {
        let at = |stage: &Stage| stage.figures.get(place).map(|it| cell(&it.figures));
        let cells: Vec<String> = growth.stages.iter().filter_map(at).collect();
        let _ = writeln!(
            text,
            "| {} | {} |",
            first.operation.name(),
            cells.join(" | ")
        );
    }
    if growth.over > 0 {
        let _ = write!(
            text,
            "\nBeside the cleanup of {} rows, each user a request in 200 ms; p99 in ms, before and \
             meanwhile:\n\n| Operation | before | meanwhile | ratio |\n|---|--:|--:|--:|\n",
            growth.over
        );
    }
    for beside in &growth.cleanup {
        let (before, during) = (beside.before.as_secs_f64(), beside.during.as_secs_f64());
        let _ = writeln!(
            text,
            "| {} | {:.1} | {:.1} | {:.2} |",
            beside.operation.name(),
            before * 1e3,
            during * 1e3,
            during / before
        );
    }
    text
}

/// A table in Markdown: operations by the number of nodes.
pub fn nodes(stages: &[NodesStage], options: &Options) -> String {
    let mut text = format!(
        "\nPostgreSQL, {}, {} connections to each node, pools of {}, {} s{}. Per second; p99 in ms; CPU of all \
         nodes and of the database in ms:\n\n| Operation |",
        options.alg.name(),
        options.connections,
        options.pool,
        options.seconds.as_secs_f64(),
        options
            .under
            .as_ref()
            .map_or_else(String::new, |under| format!(", each node under `{under}`")),
    );
    for stage in stages {
        // Writing to a String cannot fail.
        let _ = write!(text, " {} nodes |", stage.nodes);
    }
    let _ = write!(text, "\n|---|{}\n", "---|".repeat(stages.len()));
    let operations = stages.first().map(|stage| stage.figures.iter());
    for (place, first) in operations.into_iter().flatten().enumerate() {
        let at = |stage: &NodesStage| stage.figures.get(place).map(cell_of_nodes);
        let cells: Vec<String> = stages.iter().filter_map(at).collect();
        let name = first.operation.name();
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text
}

fn cell_of_nodes(figures: &NodesFigures) -> String {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.0}; {:.1}; {:.3} + {:.3}",
        figures.per_second,
        milliseconds(figures.p99),
        milliseconds(figures.servers_cpu),
        milliseconds(figures.database_cpu),
    )
}

fn cell(figures: &Figures) -> String {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.0}; {:.1}, {:.1}; {:.3} + {:.3}",
        figures.per_second,
        milliseconds(figures.p50),
        milliseconds(figures.p99),
        milliseconds(figures.server_cpu),
        milliseconds(figures.database_cpu.unwrap_or_default()),
    )
}

fn row(comparison: &Comparison) -> String {
    let Comparison {
        operation,
        ours,
        bare,
        allocations,
    } = comparison;
    let database = match (ours.database_cpu, bare.database_cpu) {
        (Some(ours), Some(bare)) => times(ours, bare),
        _ => "–".to_owned(),
    };
    let cells = [
        operation.name().to_owned(),
        rates(ours.per_second, bare.per_second),
        times(ours.p50, bare.p50),
        times(ours.p99, bare.p99),
        times(ours.server_cpu, bare.server_cpu),
        database,
        allocations.map_or_else(|| "–".to_owned(), counted),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn rates(ours: f64, bare: f64) -> String {
    format!("{ours:.0} / {bare:.0} / {:.2}", ours / bare)
}

fn times(ours: Duration, bare: Duration) -> String {
    let (ours, bare) = (ours.as_secs_f64() * 1e3, bare.as_secs_f64() * 1e3);
    let ratio = if bare > 0.0 {
        format!("{:.2}", ours / bare)
    } else {
        "–".to_owned()
    };
    format!("{ours:.3} / {bare:.3} / {ratio}")
}

fn counted(allocations: Allocations) -> String {
    format!("{:.0}; {:.0}", allocations.count, allocations.bytes)
}

fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
