//! The publisher's connections to the broker.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use registrar_domain::RegistrationId;
use registrar_messaging::transport::{ChannelState, ConfirmChannel, ConfirmOutcome, Connector};
use registrar_messaging::{ConfirmReport, ConnectError, Envelope, OutgoingMessage};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::fault::{Place, What};
use super::process::Process;
use super::world::World;

/// How often a blocked broker checks whether it is still blocked.
const BLOCKED_FOR: Duration = Duration::from_millis(20);

pub(crate) fn unreachable() -> ConnectError {
    ConnectError::TimedOut { place: "the simulated broker".to_owned() }
}

/// Opens connections for one publisher of the API.
pub(crate) struct PublishingDouble {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

impl Connector for PublishingDouble {
    type Channel = ChannelDouble;

    async fn connect(&mut self) -> Result<ChannelDouble, ConnectError> {
        self.world.reach(&self.process, Place::Connect).await;
        if self.world.broker_is_away() {
            return Err(unreachable());
        }
        let (conditions, changes) = mpsc::unbounded_channel();
        let number = self.world.open_session(conditions);
        let (sent, received) = mpsc::unbounded_channel();
        let (world, process) = (Arc::clone(&self.world), Arc::clone(&self.process));
        tokio::spawn(Serving { world, process, number, received }.run());
        let (world, process) = (Arc::clone(&self.world), Arc::clone(&self.process));
        Ok(ChannelDouble { world, process, number, sent, changes })
    }
}

/// Those of the registrations in a message that can be read.
pub(crate) fn ids_in(message: &OutgoingMessage) -> Vec<RegistrationId> {
    let registrations = Envelope::decode(&message.body).map(|envelope| envelope.registrations);
    registrations.unwrap_or_default().iter().map(|registration| registration.id).collect()
}

type Sent = (OutgoingMessage, oneshot::Sender<ConfirmOutcome>);

/// The API's end of a connection.
pub(crate) struct ChannelDouble {
    world: Arc<World>,
    process: Arc<Process>,
    number: u64,
    sent: mpsc::UnboundedSender<Sent>,
    changes: mpsc::UnboundedReceiver<ChannelState>,
}

impl ConfirmChannel for ChannelDouble {
    type Confirm = BoxFuture<'static, ConfirmOutcome>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let ids = ids_in(&message);
        self.world.note(|| format!("{}: sends {}", self.process.name, self.world.names_of(&ids)));
        self.world.people().behind_others.extend(ids.into_iter().skip(1));
        let (confirm, settled) = oneshot::channel();
        self.world.broker().in_flight += 1;
        if self.sent.send((message, confirm)).is_err() {
            self.world.broker().in_flight -= 1;
        }
        async { settled.await.unwrap_or(ConfirmOutcome::ChannelClosed) }.boxed()
    }

    /// Recorded at once and not through a queue: no fault there makes a confirm report untrue.
    fn publish_report(&mut self, report: &ConfirmReport) -> Self::Confirm {
        let is_alive = self.world.broker().sessions.contains_key(&self.number);
        let settlement = if is_alive {
            let state = report.clone().into_state();
            self.world.tables().ledger.entry(report.key).add(&state);
            ConfirmOutcome::Acked
        } else {
            ConfirmOutcome::ChannelClosed
        };
        async move { settlement }.boxed()
    }

    async fn state_changed(&mut self) -> ChannelState {
        match self.changes.recv().await {
            Some(condition) => condition,
            None => ChannelState::Closed("cut".to_owned()),
        }
    }

    async fn close(self) {}
}

impl Drop for ChannelDouble {
    fn drop(&mut self) {
        self.world.broker().sessions.remove(&self.number);
    }
}

/// The broker's end of a connection: messages in the order of sending.
struct Serving {
    world: Arc<World>,
    process: Arc<Process>,
    number: u64,
    received: mpsc::UnboundedReceiver<Sent>,
}

impl Serving {
    /// Goes on for a while after a cut, with what was sent before it.
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
            self.world.broker().in_flight -= 1;
        }
    }

    fn decide(
        &self,
        what: Option<What>,
        message: OutgoingMessage,
        confirm: oneshot::Sender<ConfirmOutcome>,
    ) {
        let settlement = match what {
            Some(What::Nack) => ConfirmOutcome::Nacked,
            Some(What::Return) => {
                if let Some(session) = self.world.broker().sessions.get_mut(&self.number) {
                    session.has_returned = true;
                }
                ConfirmOutcome::Acked
            }
            Some(What::Unroute) => {
                self.world.enqueue(message, false);
                ConfirmOutcome::Acked
            }
            _ => {
                self.world.enqueue(message, true);
                ConfirmOutcome::Acked
            }
        };
        let (world, process, number) =
            (Arc::clone(&self.world), Arc::clone(&self.process), self.number);
        tokio::spawn(async move {
            world.reach_on_server(&process, Place::Confirm).await;
            let mut broker = world.broker();
            // A confirm is lost with its connection.
            let Some(session) = broker.sessions.get_mut(&number) else { return };
            let comes_first = std::mem::take(&mut session.has_returned);
            let _ = confirm.send(if comes_first { ConfirmOutcome::Returned } else { settlement });
        });
    }
}
