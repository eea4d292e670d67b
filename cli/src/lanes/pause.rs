//! `registrar lanes pause` and `registrar lanes resume`

use std::process::ExitCode;

use anyhow::Context as _;
use registrar_domain::Lane;
use registrar_runtime::output::report_line;
use registrar_storage::{LanePause, LanePauses, StorageError};

use super::{PauseArguments, ResumeArguments};
use crate::duration;

pub(super) async fn pause(
    pauses: &LanePauses,
    PauseArguments { lane, reason, length, operator }: &PauseArguments,
) -> anyhow::Result<ExitCode> {
    let by = operator.name()?;
    let before = find_pause(pauses, *lane).await?;
    pauses.pause(*lane, *length, reason, &by).await?;
    let now = find_pause(pauses, *lane).await?.with_context(|| {
        format!(
            "The {lane} lane was paused, and the pause has ended already: an operator resumed it."
        )
    })?;
    let (until, left) = (now.until_text(), duration::exact(now.left));
    report_line(format_args!("The {lane} lane is paused until {until} ({left})."));
    if let Some(before) = before {
        let (until, by) = (before.until_text(), before.by);
        report_line(format_args!("That replaces the pause until {until} by {by}."));
    }
    report_line(format_args!(
        "Workers stop within seconds and go on by themselves then; students can still send, and \
         wait.\n`registrar lanes resume {lane}` ends the pause earlier."
    ));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn resume(
    pauses: &LanePauses,
    ResumeArguments { lane, operator }: &ResumeArguments,
) -> anyhow::Result<ExitCode> {
    let by = operator.name()?;
    let Some(pause) = find_pause(pauses, *lane).await? else {
        report_line(format_args!("The {lane} lane is not paused."));
        return Ok(ExitCode::SUCCESS);
    };
    pauses.resume(*lane, &by).await?;
    report_line(format_args!(
        "The {lane} lane is resumed: workers go on within seconds. It was paused by {}: {}",
        pause.by, pause.reason
    ));
    Ok(ExitCode::SUCCESS)
}

async fn find_pause(pauses: &LanePauses, lane: Lane) -> Result<Option<LanePause>, StorageError> {
    Ok(pauses.in_force().await?.into_iter().find(|pause| pause.lane == lane))
}
