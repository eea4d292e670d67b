//! The broker: durable queues, and channels that can be cut.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{ImportId, Lane, RegistrationId};
use registrar_messaging::transport::ChannelState;
use registrar_messaging::{
    DEAD_LETTER, Death, Delivery, Envelope, OutgoingMessage, UNROUTED, queue_for,
};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};

use super::violation::Rule;
use super::world::World;

/// How long either side may take to see that a connection is dead.
const UNNOTICED_MS: (u64, u64) = (0, 400);

#[derive(Default)]
pub(crate) struct Broker {
    ready: BTreeMap<&'static str, VecDeque<Message>>,
    channels: BTreeMap<u64, Channel>,
    next_channel: u64,
    pub(crate) sessions: BTreeMap<u64, PublishingSession>,
    next_session: u64,
    /// Messages that the broker has received and not routed yet.
    pub(crate) in_flight: usize,
    pub(crate) is_blocked: bool,
    is_back: Option<Instant>,
}

/// A message in a queue.
#[derive(Clone)]
pub(crate) struct Message {
    content: OutgoingMessage,
    ids: Vec<RegistrationId>,
    import: Option<ImportId>,
    delivery_count: u32,
    death: Option<Death>,
}

/// What one consumer holds.
struct Channel {
    queue: &'static str,
    prefetch: usize,
    unacked: BTreeMap<u64, Message>,
    next_tag: u64,
    /// Delivered, and not read by the worker yet.
    in_flight: VecDeque<Delivery>,
    is_consuming: bool,
    /// The worker's frames no longer arrive.
    is_cut: bool,
    /// The worker has seen that it is over.
    is_seen_gone: bool,
    wake: Arc<Notify>,
}

/// A publishing connection, while it is alive.
pub(crate) struct PublishingSession {
    pub(crate) conditions: mpsc::UnboundedSender<ChannelState>,
    /// The broker has returned a message, which precedes the next confirm.
    pub(crate) has_returned: bool,
}

impl World {
    pub(crate) fn broker_is_away(&self) -> bool {
        self.broker().is_back.is_some_and(|at| Instant::now() < at)
    }

    pub(crate) fn open_session(&self, conditions: mpsc::UnboundedSender<ChannelState>) -> u64 {
        let mut broker = self.broker();
        broker.next_session += 1;
        let number = broker.next_session;
        broker.sessions.insert(number, PublishingSession { conditions, has_returned: false });
        number
    }

    pub(crate) fn cut_publishing(&self) {
        for session in std::mem::take(&mut self.broker().sessions).into_values() {
            let _ = session.conditions.send(ChannelState::Closed("cut".to_owned()));
        }
    }

    pub(crate) fn block_publishing(self: &Arc<Self>, time: Duration) {
        self.set_blocked(true);
        let world = Arc::clone(self);
        tokio::spawn(async move {
            sleep(time).await;
            world.set_blocked(false);
        });
    }

    fn set_blocked(&self, is_blocked: bool) {
        let mut broker = self.broker();
        broker.is_blocked = is_blocked;
        for session in broker.sessions.values() {
            let blocked = || ChannelState::Blocked("low on memory".to_owned());
            let condition = if is_blocked { blocked() } else { ChannelState::Open };
            let _ = session.conditions.send(condition);
        }
    }

    /// Stores a message in the queue of its lane, or in that of the unroutable.
    pub(crate) fn enqueue(&self, content: OutgoingMessage, is_routed: bool) {
        let (ids, import): (Vec<_>, _) = match Envelope::decode(&content.body) {
            Ok(Envelope { registrations, import }) => {
                (registrations.iter().map(|one| one.id).collect(), import.map(|part| part.id))
            }
            Err(_) => (RegistrationId::parse(&content.message_id).into_iter().collect(), None),
        };
        self.note(|| format!("broker: stores {}", self.names_of(&ids)));
        let queue = if is_routed { queue_for(content.lane) } else { UNROUTED };
        let message = Message { content, ids, import, delivery_count: 0, death: None };
        self.broker().ready.entry(queue).or_default().push_back(message);
        self.hand_out(queue);
    }

    pub(crate) fn open_channel(&self, queue: &str, prefetch: u16) -> u64 {
        let queues = [queue_for(Lane::Interactive), queue_for(Lane::Bulk), DEAD_LETTER, UNROUTED];
        let queue = queues.into_iter().find(|one| *one == queue).unwrap();
        let number = {
            let mut broker = self.broker();
            broker.next_channel += 1;
            let number = broker.next_channel;
            let channel = Channel {
                queue,
                prefetch: prefetch.into(),
                unacked: BTreeMap::new(),
                next_tag: 1,
                in_flight: VecDeque::new(),
                is_consuming: true,
                is_cut: false,
                is_seen_gone: false,
                wake: Arc::default(),
            };
            broker.channels.insert(number, channel);
            number
        };
        self.hand_out(queue);
        number
    }

    /// To the channels whose prefetch has room, mostly the oldest first.
    fn hand_out(&self, queue: &'static str) {
        let mut broker = self.broker();
        let Broker { ready, channels, .. } = &mut *broker;
        let ready = ready.entry(queue).or_default();
        while !ready.is_empty() {
            let has_room = |channel: &Channel| {
                let is_open = channel.is_consuming && !channel.is_cut;
                is_open && channel.queue == queue && channel.unacked.len() < channel.prefetch
            };
            let open: Vec<_> =
                channels.iter().filter(|(_, c)| has_room(c)).map(|(number, _)| *number).collect();
            if open.is_empty() {
                return;
            }
            let mut random = self.random();
            let to = random.pick(&open);
            let which = if random.is_one_in(4) { random.below(ready.len()) } else { 0 };
            drop(random);
            let (Some(message), Some(channel)) = (ready.remove(which), channels.get_mut(&to))
            else {
                return;
            };
            channel.take(message);
        }
    }

    /// What the worker reads next on a channel.
    pub(crate) fn peek(&self, channel: u64) -> Next {
        match self.broker().channels.get(&channel).filter(|channel| !channel.is_seen_gone) {
            Some(channel) if !channel.in_flight.is_empty() => Next::Delivery,
            Some(channel) if channel.is_consuming => Next::Wait(channel.wake.clone()),
            // The channel is closed, or everything that came before the cancel was read.
            _ => Next::Gone,
        }
    }

    pub(crate) fn take(&self, channel: u64) -> Option<Delivery> {
        let mut broker = self.broker();
        let channel = broker.channels.get_mut(&channel).filter(|c| !c.is_seen_gone)?;
        channel.in_flight.pop_front()
    }

    /// False when the worker knows that the channel is closed.
    pub(crate) fn ack(&self, number: u64, tags: RangeInclusive<u64>) -> bool {
        let (queue, acked) = {
            let mut broker = self.broker();
            let Some(channel) = broker.channels.get_mut(&number) else { return false };
            if channel.is_seen_gone {
                return false;
            }
            if channel.is_cut {
                return true;
            }
            let acked: Vec<_> = channel.unacked.extract_if(tags, |_, _| true).collect();
            (channel.queue, acked)
        };
        for (_, message) in acked {
            self.note(|| format!("broker: deletes {}", self.names_of(&message.ids)));
            let is_missing = |id: &&RegistrationId| {
                let is_split = message.ids.len() > 1 && self.broker().has(id);
                let is_cancelled = message.import.is_some_and(|id| self.tables().is_cancelled(id));
                self.tables().outcomes(id).is_empty() && !is_split && !is_cancelled
            };
            let missing: Vec<_> = message.ids.iter().filter(is_missing).copied().collect();
            if !missing.is_empty() {
                self.is_violated(Rule::AckedWithoutOutcome, self.names_of(&missing));
            }
        }
        self.hand_out(queue);
        true
    }

    pub(crate) fn cancel_consumer(&self, channel: u64) {
        if let Some(channel) = self.broker().channels.get_mut(&channel) {
            channel.is_consuming = false;
        }
    }

    /// What was not settled on a channel that is closed goes back to its queue.
    pub(crate) fn close_channel(&self, number: u64) {
        let Some(channel) = self.broker().channels.remove(&number) else { return };
        // A task that waits on it is woken, and sees that it is closed.
        channel.wake.notify_one();
        for message in channel.unacked.into_values() {
            self.requeue(channel.queue, message);
        }
        self.hand_out(channel.queue);
    }

    fn requeue(&self, queue: &'static str, mut message: Message) {
        message.delivery_count += 1;
        let is_in_lane = queue != DEAD_LETTER && queue != UNROUTED;
        if is_in_lane && message.delivery_count > self.plan.delivery_limit {
            self.note(|| format!("broker: dead-letters {}", self.names_of(&message.ids)));
            message.death =
                Some(Death { reason: "delivery_limit".to_owned(), queue: queue.to_owned() });
            message.delivery_count = 0;
            self.broker().ready.entry(DEAD_LETTER).or_default().push_back(message);
            self.hand_out(DEAD_LETTER);
        } else {
            self.note(|| format!("broker: requeues {}", self.names_of(&message.ids)));
            self.broker().ready.entry(queue).or_default().push_front(message);
        }
    }

    pub(crate) fn cut_consuming(self: &Arc<Self>) {
        let channels: Vec<_> = self.broker().channels.keys().copied().collect();
        for channel in channels {
            self.cut_channel(channel);
        }
    }

    /// Each side detects it at its own time; until then the worker's frames are lost.
    pub(crate) fn cut_channel(self: &Arc<Self>, number: u64) {
        if let Some(channel) = self.broker().channels.get_mut(&number) {
            channel.is_cut = true;
        }
        let (broker_sees, worker_sees) = (self.some_ms(UNNOTICED_MS), self.some_ms(UNNOTICED_MS));
        let world = Arc::clone(self);
        tokio::spawn(async move {
            sleep(broker_sees).await;
            world.take_back_all(number);
        });
        let world = Arc::clone(self);
        tokio::spawn(async move {
            sleep(worker_sees).await;
            if let Some(channel) = world.broker().channels.get_mut(&number) {
                channel.is_seen_gone = true;
                channel.wake.notify_one();
            }
        });
    }

    fn take_back_all(&self, number: u64) {
        let (queue, unacked) = match self.broker().channels.get_mut(&number) {
            None => return,
            Some(channel) => (channel.queue, std::mem::take(&mut channel.unacked)),
        };
        for message in unacked.into_values() {
            self.requeue(queue, message);
        }
        self.hand_out(queue);
    }

    pub(crate) fn restart_broker(self: &Arc<Self>, time: Duration) {
        self.broker().is_back = Some(Instant::now() + time);
        self.cut_publishing();
        let channels: Vec<_> = self.broker().channels.keys().copied().collect();
        for channel in channels {
            self.close_channel(channel);
        }
    }

    /// Nothing is in a queue, unacked, or in flight.
    pub(crate) fn is_at_rest(&self) -> bool {
        let broker = self.broker();
        broker.in_flight == 0
            && broker.ready.values().all(VecDeque::is_empty)
            && broker.channels.values().all(|channel| channel.unacked.is_empty())
    }

    pub(crate) fn what_is_left(&self) -> String {
        let broker = self.broker();
        let ready: usize = broker.ready.values().map(VecDeque::len).sum();
        let unacked: usize = broker.channels.values().map(|c| c.unacked.len()).sum();
        format!("{ready} ready, {unacked} unacked, {} in flight", broker.in_flight)
    }
}

impl Broker {
    /// Whether a registration waits in a message of its own.
    fn has(&self, id: &RegistrationId) -> bool {
        let unacked = self.channels.values().flat_map(|channel| channel.unacked.values());
        self.ready.values().flatten().chain(unacked).any(|message| message.ids == [*id])
    }
}

/// What a worker finds on its channel.
pub(crate) enum Next {
    Gone,
    Wait(Arc<Notify>),
    Delivery,
}

impl Channel {
    fn take(&mut self, message: Message) {
        let tag = self.next_tag;
        self.next_tag += 1;
        let OutgoingMessage { lane, message_id, body, headers, numbers } = message.content.clone();
        self.in_flight.push_back(Delivery {
            tag,
            body: body.into(),
            headers,
            numbers,
            routing_key: lane.as_str().to_owned(),
            redelivered: message.delivery_count > 0,
            delivery_count: message.delivery_count,
            message_id: Some(message_id),
            death: message.death.clone(),
        });
        self.unacked.insert(tag, message);
        self.wake.notify_one();
    }
}
