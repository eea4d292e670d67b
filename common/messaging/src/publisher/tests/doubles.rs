//! A broker in memory that does only what a test asks of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::{mpsc, oneshot};

use crate::envelope::Envelope;
use crate::error::ConnectError;
use crate::ledger::confirm_report::ConfirmReport;
use crate::publisher::message::OutgoingMessage;
use crate::publisher::transport::{ChannelState, ConfirmChannel, ConfirmOutcome, Connector};

#[derive(Clone, Default)]
pub(super) struct FakeBroker(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    refusals: VecDeque<ConnectError>,
    channels: usize,
    states: Option<mpsc::UnboundedSender<ChannelState>>,
    on_the_way: VecDeque<(OutgoingMessage, oneshot::Sender<ConfirmOutcome>)>,
    answer_to_reports: Option<ConfirmOutcome>,
    reported: Vec<ConfirmReport>,
}

impl FakeBroker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets so many of the next attempts to connect fail.
    pub(super) fn refuse(&self, attempts: usize) {
        let error = ConnectError::TimedOut { place: "nowhere".to_owned() };
        self.state().refusals.extend(vec![error; attempts]);
    }

    pub(super) fn channels(&self) -> usize {
        self.state().channels
    }

    /// The ids of the messages that came and are not settled, in order.
    pub(super) fn outstanding(&self) -> Vec<String> {
        self.state().on_the_way.iter().map(|(message, _)| message.message_id.clone()).collect()
    }

    /// How many registrations each message has that came and is not settled, in order.
    pub(super) fn group_sizes(&self) -> Vec<usize> {
        let envelope = |body: &[u8]| Envelope::decode(body).unwrap().registrations.len();
        self.state().on_the_way.iter().map(|(message, _)| envelope(&message.body)).collect()
    }

    /// Takes no reports and answers this, or takes them again.
    pub(super) fn refuse_reports(&self, answer: Option<ConfirmOutcome>) {
        self.state().answer_to_reports = answer;
    }

    /// What was reported: numbers and, after a slash, those that were not confirmed.
    pub(super) fn reported(&self) -> Vec<String> {
        let text = |it: &ConfirmReport| format!("{}/{}", it.reported, it.unconfirmed);
        self.state().reported.iter().map(text).collect()
    }

    pub(super) fn settle_oldest(&self, what: ConfirmOutcome) {
        let (_, confirm) = self.state().on_the_way.pop_front().expect("nothing is on the way");
        confirm.send(what).unwrap();
    }

    pub(super) fn change_to(&self, condition: ChannelState) {
        self.state().states.as_ref().expect("no channel").send(condition).unwrap();
    }
}

impl Connector for FakeBroker {
    type Channel = FakeChannel;

    async fn connect(&mut self) -> Result<FakeChannel, ConnectError> {
        let mut state = self.state();
        if let Some(refusal) = state.refusals.pop_front() {
            return Err(refusal);
        }
        let (states, changes) = mpsc::unbounded_channel();
        state.channels += 1;
        state.states = Some(states);
        state.on_the_way.clear();
        Ok(FakeChannel { broker: self.clone(), changes })
    }
}

pub(super) struct FakeChannel {
    broker: FakeBroker,
    changes: mpsc::UnboundedReceiver<ChannelState>,
}

impl ConfirmChannel for FakeChannel {
    type Confirm = BoxFuture<'static, ConfirmOutcome>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let (confirm, settled) = oneshot::channel();
        self.broker.state().on_the_way.push_back((message, confirm));
        async { settled.await.unwrap_or(ConfirmOutcome::ChannelClosed) }.boxed()
    }

    fn publish_report(&mut self, report: &ConfirmReport) -> Self::Confirm {
        let mut state = self.broker.state();
        if let Some(answer) = state.answer_to_reports {
            return std::future::ready(answer).boxed();
        }
        state.reported.push(report.clone());
        std::future::ready(ConfirmOutcome::Acked).boxed()
    }

    async fn state_changed(&mut self) -> ChannelState {
        match self.changes.recv().await {
            Some(condition) => condition,
            None => std::future::pending().await,
        }
    }

    async fn close(self) {}
}
