//! A broker in memory that does only what it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::{mpsc, oneshot};

use crate::session::{Condition, Connector, Session, Settlement};
use crate::{ConnectError, OutgoingMessage, Statement};

#[derive(Clone, Default)]
pub(super) struct FakeBroker(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    refusals: VecDeque<ConnectError>,
    sessions: usize,
    conditions: Option<mpsc::UnboundedSender<Condition>>,
    on_the_way: VecDeque<(OutgoingMessage, oneshot::Sender<Settlement>)>,
    refuses_statements: bool,
    stated: Vec<Statement>,
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

    pub(super) fn sessions(&self) -> usize {
        self.state().sessions
    }

    /// The ids of the messages that came and are not settled, in order.
    pub(super) fn unsettled(&self) -> Vec<String> {
        self.state().on_the_way.iter().map(|(message, _)| message.message_id.clone()).collect()
    }

    /// Says no to statements, or yes again.
    pub(super) fn refuse_statements(&self, refuses: bool) {
        self.state().refuses_statements = refuses;
    }

    /// What was stated: numbers and, after a slash, those that were not confirmed.
    pub(super) fn stated(&self) -> Vec<String> {
        let text = |it: &Statement| format!("{}/{}", it.stated, it.unconfirmed);
        self.state().stated.iter().map(text).collect()
    }

    pub(super) fn settle_oldest(&self, what: Settlement) {
        let (_, confirm) = self.state().on_the_way.pop_front().expect("nothing is on the way");
        confirm.send(what).unwrap();
    }

    pub(super) fn tell(&self, condition: Condition) {
        self.state().conditions.as_ref().expect("no session").send(condition).unwrap();
    }
}

impl Connector for FakeBroker {
    type Session = FakeSession;

    async fn connect(&mut self) -> Result<FakeSession, ConnectError> {
        let mut state = self.state();
        if let Some(refusal) = state.refusals.pop_front() {
            return Err(refusal);
        }
        let (conditions, told) = mpsc::unbounded_channel();
        state.sessions += 1;
        state.conditions = Some(conditions);
        state.on_the_way.clear();
        Ok(FakeSession { broker: self.clone(), told })
    }
}

pub(super) struct FakeSession {
    broker: FakeBroker,
    told: mpsc::UnboundedReceiver<Condition>,
}

impl Session for FakeSession {
    type Confirm = BoxFuture<'static, Settlement>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let (confirm, settled) = oneshot::channel();
        self.broker.state().on_the_way.push_back((message, confirm));
        async { settled.await.unwrap_or(Settlement::Lost) }.boxed()
    }

    fn state(&mut self, statement: &Statement) -> Self::Confirm {
        let mut state = self.broker.state();
        if state.refuses_statements {
            return std::future::ready(Settlement::Refused).boxed();
        }
        state.stated.push(statement.clone());
        std::future::ready(Settlement::Confirmed).boxed()
    }

    async fn changed(&mut self) -> Condition {
        match self.told.recv().await {
            Some(condition) => condition,
            None => std::future::pending().await,
        }
    }

    async fn close(self) {}
}
