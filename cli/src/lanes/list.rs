//! `registrar lanes`

use std::process::ExitCode;

use anyhow::bail;
use registrar_domain::Lane;
use registrar_messaging::{live_counts, queue_for};
use registrar_runtime::output::{print, print_error, print_line};
use registrar_storage::{LanePause, LanePauses, StorageError};
use serde_json::json;

use super::lane_status::{COLUMNS, LaneStatus, PauseStatus};
use crate::broker::{BrokerArguments, VirtualHost, with_oldest_age};
use crate::table::table;

const INCOMPLETE: u8 = 2;

pub(super) async fn run(
    broker: &BrokerArguments,
    pauses: &LanePauses,
    as_json: bool,
) -> anyhow::Result<ExitCode> {
    let (host, messaging) = (broker.virtual_host()?, broker.messaging()?);
    let pauses = pauses.in_force().await;
    let lanes = Lane::ALL.map(|lane| lane_status(&host, lane, &pauses));
    let mut lanes = lanes.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    // A worker that has just begun to consume is not in the management API's figures yet.
    let live = live_counts(&messaging, &Lane::ALL.map(queue_for)).await?;
    for (lane, live) in lanes.iter_mut().zip(live.into_iter().flatten()) {
        lane.update(live);
    }
    if as_json {
        let lanes: Vec<_> = lanes.iter().map(LaneStatus::json).collect();
        print_line(format_args!("{:#}", json!({ "lanes": lanes })))?;
    } else {
        let rows: Vec<_> = lanes.iter().map(LaneStatus::row).collect();
        print(table(COLUMNS, &rows))?;
    }
    Ok(match pauses {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(format_args!("Whether a lane is paused could not be read. {error}"));
            ExitCode::from(INCOMPLETE)
        }
    })
}

fn lane_status(
    host: &VirtualHost,
    lane: Lane,
    pauses: &Result<Vec<LanePause>, StorageError>,
) -> anyhow::Result<LaneStatus> {
    let name = queue_for(lane);
    let Some((queue, oldest)) = with_oldest_age(host, name)? else {
        bail!(
            "RabbitMQ has no queue {name} in the virtual host `{}`: see whether AMQP_URL names the \
             right one; the first API or worker that connects declares the queue.",
            host.name
        );
    };
    let pausing = match pauses {
        Ok(pauses) => match pauses.iter().find(|pause| pause.lane == lane) {
            Some(pause) => PauseStatus::Until(pause.clone()),
            None => PauseStatus::Not,
        },
        Err(_) => PauseStatus::Unknown,
    };
    Ok(LaneStatus { lane, queue, oldest, pausing })
}
