//! `registrar dead-letters discard`

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::output::{print, print_error, print_line, report_line};
use registrar_storage::{Action, ActionKind, ActionResult, DeadLetterState};
use serde_json::json;

use super::NOTHING_MATCHES;
use super::admin::AdminArguments;
use super::filter::{FilterArguments, require_intent};
use super::list::{counted, groups_table};
use crate::operator::{OperatorArguments, reason};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Why, for the record.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,

    #[command(flatten)]
    operator: OperatorArguments,

    /// Show what would be discarded, and do nothing.
    #[arg(long)]
    dry_run: bool,

    /// Print the result as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// Every held one, instead of conditions.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    admin: AdminArguments,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let filter = arguments.filter.filter(Some(DeadLetterState::Held));
    require_intent(&filter, arguments.all, "discard")?;
    let admin = arguments.admin.open();
    let matched = admin.matched(&filter).await?;
    if matched.count == 0 {
        print_error("No held dead letter matches.");
        return Ok(ExitCode::from(NOTHING_MATCHES));
    }
    if arguments.dry_run {
        if arguments.json {
            print_line(json!({"dry_run": true, "matched": matched.count}))?;
        } else {
            let letters = counted(matched.count, "dead letter");
            let groups = groups_table(&admin.groups(&filter).await?);
            print(format_args!("{groups}\nWould discard {letters}. Nothing was done.\n"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let action = Action {
        kind: ActionKind::Discard,
        operator: arguments.operator.name()?,
        reason: Some(arguments.reason.clone()),
        filter: filter.clone(),
        matched: matched.count,
    };
    let number = admin.begin(&action).await?;
    let discarding = admin.discard(&filter, matched, &action.operator, &arguments.reason).await;
    let discarded = match discarding {
        Ok(discarded) => discarded,
        Err(error) => {
            // Best effort: the same server just failed.
            admin.record(number, 0, Some(ActionResult::Failed)).await.ok();
            return Err(error.into());
        }
    };
    admin.record(number, discarded, Some(ActionResult::Done)).await?;
    if arguments.json {
        let (matched, action) = (matched.count, number);
        report_line(json!({"action": action, "matched": matched, "discarded": discarded}));
    } else {
        report_line(format_args!("Discarded {}.", counted(discarded, "dead letter")));
    }
    Ok(ExitCode::SUCCESS)
}
