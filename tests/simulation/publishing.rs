//! The publisher's sessions on the broker.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use registrar_messaging::session::{Condition, Connector, Session, Settlement};
use registrar_messaging::{ConnectError, OutgoingMessage, Statement};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::fault::{Place, What};
use super::process::Process;
use super::world::World;

/// How often a blocked broker looks whether it may go on.
const BLOCKED_FOR: Duration = Duration::from_millis(20);

pub(crate) fn unreachable() -> ConnectError {
    ConnectError::TimedOut { place: "the simulated broker".to_owned() }
}

/// Opens sessions for one line of the API.
pub(crate) struct PublishingDouble {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

impl Connector for PublishingDouble {
    type Session = SessionDouble;

    async fn connect(&mut self) -> Result<SessionDouble, ConnectError> {
        self.world.reach(&self.process, Place::Connect).await;
        if self.world.broker_is_away() {
            return Err(unreachable());
        }
        let (conditions, told) = mpsc::unbounded_channel();
        let number = self.world.open_session(conditions);
        let (sent, received) = mpsc::unbounded_channel();
        let (world, process) = (Arc::clone(&self.world), Arc::clone(&self.process));
        tokio::spawn(Serving { world, process, number, received }.run());
        Ok(SessionDouble { world: Arc::clone(&self.world), number, sent, told })
    }
}

type Sent = (OutgoingMessage, oneshot::Sender<Settlement>);

/// A session as the API has it.
pub(crate) struct SessionDouble {
    world: Arc<World>,
    number: u64,
    sent: mpsc::UnboundedSender<Sent>,
    told: mpsc::UnboundedReceiver<Condition>,
}

impl Session for SessionDouble {
    type Confirm = BoxFuture<'static, Settlement>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let (confirm, settled) = oneshot::channel();
        self.world.broker().on_their_way += 1;
        if self.sent.send((message, confirm)).is_err() {
            self.world.broker().on_their_way -= 1;
        }
        async { settled.await.unwrap_or(Settlement::Lost) }.boxed()
    }

    /// Without its way through a queue: no fault there makes a statement untrue.
    fn state(&mut self, statement: &Statement) -> Self::Confirm {
        let is_alive = self.world.broker().sessions.contains_key(&self.number);
        let settlement = if is_alive {
            let book = statement.clone().into_book();
            self.world.tables().ledger.book(statement.account).add(&book);
            Settlement::Confirmed
        } else {
            Settlement::Lost
        };
        async move { settlement }.boxed()
    }

    async fn changed(&mut self) -> Condition {
        match self.told.recv().await {
            Some(condition) => condition,
            None => Condition::Lost("cut".to_owned()),
        }
    }

    async fn close(self) {}
}

impl Drop for SessionDouble {
    fn drop(&mut self) {
        self.world.broker().sessions.remove(&self.number);
    }
}

/// A session as the broker has it: messages in the order of sending.
struct Serving {
    world: Arc<World>,
    process: Arc<Process>,
    number: u64,
    received: mpsc::UnboundedReceiver<Sent>,
}

impl Serving {
    /// Goes on for a while after a cut, with what came before it.
    async fn run(mut self) {
        let mut after_the_cut = self.world.random().below(4);
        while let Some((message, confirm)) = self.received.recv().await {
            let what = self.world.reach_on_server(&self.process, Place::Publish).await;
            while self.world.broker().is_blocked {
                sleep(BLOCKED_FOR).await;
            }
            let is_alive = self.world.broker().sessions.contains_key(&self.number);
            let arrives = is_alive || after_the_cut > 0;
            after_the_cut -= usize::from(!is_alive && after_the_cut > 0);
            if arrives {
                self.decide(what, message, confirm);
            }
            self.world.broker().on_their_way -= 1;
        }
    }

    fn decide(
        &self,
        what: Option<What>,
        message: OutgoingMessage,
        confirm: oneshot::Sender<Settlement>,
    ) {
        let settlement = match what {
            Some(What::Nack) => Settlement::Refused,
            Some(What::Return) => {
                if let Some(session) = self.world.broker().sessions.get_mut(&self.number) {
                    session.has_returned = true;
                }
                Settlement::Confirmed
            }
            Some(What::Unroute) => {
                self.world.enqueue(message, false);
                Settlement::Confirmed
            }
            _ => {
                self.world.enqueue(message, true);
                Settlement::Confirmed
            }
        };
        let (world, process, number) =
            (Arc::clone(&self.world), Arc::clone(&self.process), self.number);
        tokio::spawn(async move {
            world.reach_on_server(&process, Place::Confirm).await;
            let mut broker = world.broker();
            // A confirm dies with its session.
            let Some(session) = broker.sessions.get_mut(&number) else { return };
            let comes_first = std::mem::take(&mut session.has_returned);
            let _ = confirm.send(if comes_first { Settlement::Returned } else { settlement });
        });
    }
}
