//! What is published again one by one, and when the original is acked.

use registrar_domain::ledger::ProducerId;
use registrar_messaging::transport::{ChannelState, ConfirmChannel, ConfirmOutcome, Connector};
use registrar_messaging::{
    ConfirmReport, ConnectError, Death, OutgoingMessage, PublishSettings, Publisher,
};

use super::noting::numbered;
use super::*;
use crate::split::Splitter;

/// A broker that keeps what it confirms.
#[derive(Clone, Debug, Default)]
pub(super) struct Republished(Arc<Mutex<Broker>>);

#[derive(Debug, Default)]
struct Broker {
    is_away: bool,
    /// The next are not stored.
    nacks: usize,
    bodies: Vec<Vec<u8>>,
    acked: Option<Arc<watch::Sender<Vec<u64>>>>,
    /// How much was acked when each was confirmed.
    acked_before: Vec<usize>,
}

impl Republished {
    pub(super) fn splitter(&self) -> Splitter {
        let broker = self.clone();
        let settings = PublishSettings {
            publish_connections: 1.try_into().unwrap(),
            publish_window: 8.try_into().unwrap(),
            publish_queue: 8.try_into().unwrap(),
            publish_queue_timeout: Duration::from_secs(1),
            publish_confirm_timeout: Duration::from_secs(1),
        };
        let retry = RetryPolicy::new(Duration::from_millis(50), Duration::from_secs(1));
        Splitter::new(move |shutdown| {
            let connectors = [broker.clone()];
            let observer = Arc::new(());
            Publisher::with_connectors(connectors, settings.clone(), retry, observer, shutdown)
        })
    }

    fn registrations(&self) -> Vec<Vec<Registration>> {
        let broker = self.0.lock().unwrap();
        broker.bodies.iter().map(|body| Envelope::decode(body).unwrap().registrations).collect()
    }
}

impl Connector for Republished {
    type Channel = Self;

    async fn connect(&mut self) -> Result<Self, ConnectError> {
        let is_away = self.0.lock().unwrap().is_away;
        if is_away { std::future::pending().await } else { Ok(self.clone()) }
    }
}

impl ConfirmChannel for Republished {
    type Confirm = std::future::Ready<ConfirmOutcome>;

    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm {
        let mut broker = self.0.lock().unwrap();
        let acked = broker.acked.as_ref().map_or(0, |acked| acked.borrow().len());
        if broker.nacks > 0 {
            broker.nacks -= 1;
            return std::future::ready(ConfirmOutcome::Nacked);
        }
        broker.bodies.push(message.body.into());
        broker.acked_before.push(acked);
        std::future::ready(ConfirmOutcome::Acked)
    }

    fn publish_report(&mut self, _report: &ConfirmReport) -> Self::Confirm {
        std::future::ready(ConfirmOutcome::Acked)
    }

    async fn state_changed(&mut self) -> ChannelState {
        std::future::pending().await
    }

    async fn close(self) {}
}

/// How many messages of this source were split.
fn counted(run: &Run, source: &str) -> u64 {
    run.counted(&format!("registration_messages_split_total{{lane=\"{source}\"}}"))
}

fn group(tag: u64) -> (Delivery, Vec<Vec<Registration>>) {
    let registrations = vec![registration(), registration(), registration()];
    let each = registrations.iter().map(|one| vec![one.clone()]).collect();
    let envelope = Envelope { registrations, import: None };
    (delivery(tag, envelope.encode()), each)
}

/// Dead letters: a message of three registrations and one of one.
fn dead_letters() -> (Channel, Script, Vec<Vec<Registration>>) {
    let (mut first, each) = group(1);
    first.death = Some(Death { reason: "delivery_limit".to_owned(), queue: "a lane's".to_owned() });
    let alone = Envelope::from_registration(registration()).encode();
    let deliveries = [first, delivery(2, alone)].into();
    let channel = Channel { deliveries, goes_silent: true, ..Channel::default() };
    let script = Script { source: Some(Source::dead_letters()), ..Script::default() };
    script.republished.0.lock().unwrap().acked = Some(Arc::clone(&channel.acked));
    (channel, script, each)
}

#[tokio::test(start_paused = true)]
async fn of_several_that_crashed_workers_each_is_published_alone_before_the_ack_and_none_held() {
    let (channel, script, each) = dead_letters();
    let run = run_until_acked(channel, script, |acked| acked.len() == 1).await;
    assert_eq!(run.store.republished.registrations(), each);
    assert_eq!(run.acked, [2], "with the other");
    assert_eq!(run.held().len(), 1, "the other one, which was alone");
    assert_eq!(counted(&run, "dead_letter"), 1);
    assert_eq!(counted(&run, "interactive"), 0);
    assert_eq!(run.store.republished.0.lock().unwrap().acked_before, [0; 3]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_confirmed_is_not_acked_but_split_again_while_others_go_on() {
    let (channel, script, each) = dead_letters();
    script.republished.0.lock().unwrap().nacks = 3;
    let run = run_until_acked(channel, script, |acked| acked.len() == 2).await;
    assert_eq!(run.acked, [2, 1]);
    assert_eq!(counted(&run, "dead_letter"), 1, "once it was");
    assert_eq!(run.store.republished.registrations(), each);
    assert_eq!(run.store.republished.0.lock().unwrap().acked_before, [1; 3]);
}

#[tokio::test(start_paused = true)]
async fn the_original_is_acked_without_waiting_for_notes_of_others() {
    let (mut channel, script, each) = dead_letters();
    channel.deliveries = numbered(channel.deliveries, ProducerId::generate());
    let run = run_until_acked(channel, script, |acked| acked.len() == 1).await;
    assert_eq!((run.acked.as_slice(), run.known_when_acked.as_slice()), (&[2][..], &[2][..]));
    assert_eq!(run.store.republished.registrations(), each);
    assert!(run.took < Duration::from_millis(50), "{:?}", run.took);
}

#[tokio::test(start_paused = true)]
async fn what_has_an_outcome_is_not_published_again() {
    for decided in 1..=3 {
        let (channel, script, each) = dead_letters();
        let ids = each[..decided].iter().map(|one| one[0].id);
        script.decided.lock().unwrap().extend(ids);
        let run = run_until_acked(channel, script, |acked| acked.len() == 1).await;
        assert_eq!(run.store.republished.registrations(), each[decided..]);
        assert_eq!((run.acked.as_slice(), run.held().len()), (&[2][..], 1), "with the other");
        assert_eq!(counted(&run, "dead_letter"), u64::from(decided < 3));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_cuts_off_a_split_and_its_original_goes_back() {
    let (channel, mut script, _) = dead_letters();
    script.republished.0.lock().unwrap().is_away = true;
    let stop = CancellationToken::new();
    script.stop_while_storing = Some(stop.clone());
    let run = run_until(channel, script, stop).await;
    assert!(matches!(run.end, ProcessorEnd::Stopped), "{:?}", run.end);
    assert_eq!((run.acked.as_slice(), run.held().len()), (&[2][..], 1), "the other one");
    assert!(run.took < Duration::from_secs(1), "{:?}", run.took);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_never_takes_them_gets_the_original_back() {
    let (mut channel, script, _) = dead_letters();
    channel.deliveries.truncate(1);
    script.republished.0.lock().unwrap().nacks = usize::MAX;
    let run = run(channel, script).await;
    assert!(matches!(run.end, Interrupted(Unavailable::ConnectionLost)), "{:?}", run.end);
    assert!(run.acked.is_empty() && run.held().is_empty());
    assert_eq!(counted(&run, "dead_letter"), 0);
    assert!(run.took >= Duration::from_mins(5));
}

#[tokio::test(start_paused = true)]
async fn of_several_that_cannot_be_read_each_is_published_alone_in_a_lane_too() {
    let (mut unreadable, each) = group(1);
    let text = String::from_utf8(unreadable.body).unwrap();
    unreadable.body = text.replacen("ada@example.com", "no address", 1).into_bytes();
    let mut deliveries = deliveries(4);
    deliveries[0] = unreadable;
    let run = run(deliveries, Script::default()).await;
    assert_eq!(run.batch_sizes(), [3]);
    assert_eq!(counted(&run, "interactive"), 1);
    assert!(run.held().is_empty());
    assert_eq!(run.acked, [4]);
    let broker = run.store.republished.0.lock().unwrap();
    let read: Vec<_> = broker.bodies.iter().map(|body| Envelope::decode(body).ok()).collect();
    let read: Vec<_> = read.into_iter().map(|it| it.map(|it| it.registrations)).collect();
    assert_eq!(read, [None, Some(each[1].clone()), Some(each[2].clone())]);
}

#[tokio::test(start_paused = true)]
async fn several_that_cannot_be_split_are_not_held_under_the_id_of_the_first() {
    let first = registration().id.to_string();
    let mut unreadable = delivery(1, b"nothing".to_vec());
    unreadable.message_id = Some(first.clone());
    let producer = ProducerId::generate();
    unreadable.numbers = Some(SequenceRange { producer, first: 11, last: 13 });
    let mut deliveries = deliveries(4);
    deliveries[0] = unreadable;
    let run = run(deliveries, Script::default()).await;
    assert_eq!(run.held()[0].registration_id, None);
    assert_eq!(run.held()[0].message_id, Some(first));
}
