//! Registrations that travel in one message are not all answered by its confirm.

use std::future::pending;
use std::sync::Arc;

use futures_util::future::{BoxFuture, Either, FutureExt as _, Ready, ready};
use registrar_domain::RegistrationId;
use registrar_messaging::transport::{ChannelState, ConfirmChannel, ConfirmOutcome, Connector};
use registrar_messaging::{ConfirmReport, ConnectError, Envelope, OutgoingMessage, PublishError};

use super::super::installation::{Assembly, as_it_is};
use super::super::plan::Plan;
use super::super::process::Process;
use super::super::publishing::{ChannelDouble, PublishingDouble};
use super::super::violation::Rule;
use super::super::world::World;
use super::{is_caught_in_a_burst, is_made_small};

/// What is done to a message that a process sends; whether it is answered as confirmed at once.
type Mutation = fn(&Process, &mut OutgoingMessage) -> bool;

/// The double with a mutation of its messages.
pub(super) struct Mutated<C> {
    pub(super) double: C,
    pub(super) process: Arc<Process>,
    pub(super) mutation: Mutation,
}

impl Mutated<PublishingDouble> {
    pub(super) fn new(double: PublishingDouble, mutation: Mutation) -> Self {
        Self { process: Arc::clone(&double.process), double, mutation }
    }
}

impl Connector for Mutated<PublishingDouble> {
    type Channel = Mutated<ChannelDouble>;

    async fn connect(&mut self) -> Result<Self::Channel, ConnectError> {
        let (double, process) = (self.double.connect().await?, Arc::clone(&self.process));
        Ok(Mutated { double, process, mutation: self.mutation })
    }
}

impl ConfirmChannel for Mutated<ChannelDouble> {
    type Confirm = Either<Ready<ConfirmOutcome>, BoxFuture<'static, ConfirmOutcome>>;

    fn publish(&mut self, mut message: OutgoingMessage) -> Self::Confirm {
        let is_answered = (self.mutation)(&self.process, &mut message);
        let confirm = self.double.publish(message);
        if is_answered {
            ready(ConfirmOutcome::Acked).left_future()
        } else {
            confirm.right_future()
        }
    }

    fn publish_report(&mut self, report: &ConfirmReport) -> Self::Confirm {
        self.double.publish_report(report).right_future()
    }

    async fn state_changed(&mut self) -> ChannelState {
        self.double.state_changed().await
    }

    async fn close(self) {
        self.double.close().await;
    }
}

fn registrations(message: &OutgoingMessage) -> Envelope {
    let empty = Envelope { registrations: Vec::new(), import: None };
    Envelope::decode(&message.body).unwrap_or(empty)
}

/// A group is answered before its confirm.
struct AnsweredEarly;

impl Assembly for AnsweredEarly {
    as_it_is!(Consuming, Store);

    type Publishing = Mutated<PublishingDouble>;

    fn publishing(double: PublishingDouble) -> Self::Publishing {
        Mutated::new(double, |_, message| registrations(message).registrations.len() > 1)
    }
}

/// The message of a group lacks the last of those that are answered by its confirm.
struct LeftOut;

fn without_the_last(message: &mut OutgoingMessage) {
    let mut envelope = registrations(message);
    if envelope.registrations.len() > 1 {
        envelope.registrations.pop();
        message.body = envelope.encode().into();
    }
}

impl Assembly for LeftOut {
    as_it_is!(Consuming, Store);

    type Publishing = Mutated<PublishingDouble>;

    fn publishing(double: PublishingDouble) -> Self::Publishing {
        Mutated::new(double, |_, message| {
            without_the_last(message);
            false
        })
    }
}

/// Only the first of a group is answered.
struct Unanswered;

impl Assembly for Unanswered {
    as_it_is!(Publishing, Consuming, Store);

    async fn answer(
        world: Arc<World>,
        id: RegistrationId,
        answer: Result<(), PublishError>,
    ) -> Result<(), PublishError> {
        let is_behind = world.people().behind_others.contains(&id);
        if is_behind { pending().await } else { answer }
    }
}

/// Those behind the first of a group are answered as another message was, which was confirmed.
struct AnsweredAsAnother;

impl Assembly for AnsweredAsAnother {
    as_it_is!(Publishing, Consuming, Store);

    async fn answer(
        world: Arc<World>,
        id: RegistrationId,
        answer: Result<(), PublishError>,
    ) -> Result<(), PublishError> {
        let is_behind = world.people().behind_others.contains(&id);
        if is_behind { Ok(()) } else { answer }
    }
}

#[test]
fn the_simulation_catches_a_group_that_is_answered_before_its_confirm() {
    is_caught_in_a_burst::<AnsweredEarly>(Rule::Lost);
}

#[test]
fn the_simulation_catches_a_registration_that_is_left_out_of_its_group() {
    is_caught_in_a_burst::<LeftOut>(Rule::Lost);
}

#[test]
fn the_simulation_catches_a_group_of_which_only_the_first_is_answered() {
    is_caught_in_a_burst::<Unanswered>(Rule::Stuck);
}

#[test]
fn the_simulation_catches_a_registration_that_is_answered_as_another_message_was() {
    is_caught_in_a_burst::<AnsweredAsAnother>(Rule::Lost);
}

#[test]
fn a_burst_that_catches_it_is_made_small() {
    is_made_small::<AnsweredAsAnother>(Plan::burst_from_seed, 8, Rule::Lost);
}
