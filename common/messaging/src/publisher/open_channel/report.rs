//! The ledger's confirm reports.

use std::time::Duration;

use tokio::time::Instant;

use super::OpenChannel;
use crate::publisher::outstanding::Payload;
use crate::publisher::transport::ConfirmChannel;

/// How often a confirm report is published, while there is something to report.
pub(super) const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// After one that the user may not publish: the broker closes the channel, which puts in doubt whatever
/// is in flight.
pub(super) const FORBIDDEN_REPORT_INTERVAL: Duration = Duration::from_mins(1);

impl<C: ConfirmChannel> OpenChannel<'_, C> {
    /// Reports every confirm that is known to the ledger; later while the broker blocks.
    pub(super) fn publish_reports(&mut self) {
        self.next_report.as_mut().reset(Instant::now() + REPORT_INTERVAL);
        if self.is_blocked {
            return;
        }
        for report in self.inbox.sequence.due(|lane| self.outstanding.lowest(lane)) {
            let confirm = self.channel.publish_report(&report);
            self.outstanding.add(Payload::Report(report), confirm, Vec::new());
            self.inbox.observer.window_changed(1);
        }
    }

    /// Otherwise the numbers since the last report would stay in doubt.
    pub(super) async fn flush_report(&mut self) {
        self.publish_reports();
        let in_time = Instant::now() + self.inbox.limits.confirm_timeout;
        while !self.outstanding.is_empty() {
            let settled = tokio::time::timeout_at(in_time, self.outstanding.settled()).await;
            let Ok(settled) = settled else { break };
            if let Err(why) = self.settle(settled) {
                tracing::warn!(why, "publishing: the last confirm report was not taken");
                break;
            }
        }
        self.fail_outstanding();
    }
}
