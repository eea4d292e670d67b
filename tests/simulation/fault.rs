//! What can go wrong, and when.

use std::collections::BTreeMap;
use std::fmt;

use registrar_storage::ErrorClass;
use registrar_tests::random::Random;

/// Where a double yields: between any two of these, a process may die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The API connects.
    Connect,
    /// A message has reached the broker, and is not routed yet.
    Publish,
    /// The broker has stored or refused a message, and its confirm is in flight.
    Confirm,
    /// A worker connects, or opens a channel.
    Consume,
    /// A delivery is about to be read.
    Deliver,
    /// An ack is about to be written.
    Ack,
    /// An ack was written.
    Acked,
    /// A worker cancels its consumer, or requeues everything.
    Requeue,
    /// A statement has not been executed yet.
    Statement,
    /// The same of an INSERT of students.
    Insert,
    /// A statement was executed, and its reply is in flight.
    Reply,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The process at this place dies.
    Crash,
    /// The process at this place gets a SIGTERM.
    Stop,
    /// Every publishing connection is cut.
    CutPublishing,
    /// Every consuming connection is cut, and neither side detects it at once.
    CutConsuming,
    /// Every connection is cut, and there are no new ones for a while.
    RestartBroker,
    /// The broker blocks publishers for a while.
    BlockPublishing,
    /// The broker nacks this message.
    Nack,
    /// The broker returns this message, and then confirms it.
    Return,
    /// This message is unroutable, and stored in the queue of the alternate exchange.
    Unroute,
    /// This ack is written, and never read.
    LoseAck,
    /// This statement is not executed.
    FailStatement(ErrorClass),
    /// This statement is executed, and its reply is lost.
    LoseReply,
    /// No statement is executed for a while.
    StopDatabase,
    /// An operator pauses the interactive lane for a while.
    Pause,
    /// Another transaction locks a row for a while.
    LockRow,
}

/// A fault that happens at the `nth` arrival at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) what: What,
    pub(crate) at: Place,
    pub(crate) nth: u32,
}

impl Fault {
    pub(crate) fn any(random: &mut Random) -> Self {
        use Place::{
            Ack, Acked, Confirm, Connect, Consume, Deliver, Insert, Publish, Reply, Requeue,
            Statement,
        };
        const ANYWHERE: [Place; 11] = [
            Connect, Publish, Confirm, Consume, Deliver, Ack, Acked, Requeue, Statement, Insert,
            Reply,
        ];
        const WORKER: [Place; 8] =
            [Consume, Deliver, Ack, Acked, Requeue, Statement, Insert, Reply];
        const API: [Place; 3] = [Connect, Publish, Confirm];
        let class = random.pick(&ErrorClass::ALL);
        let (what, places): (What, &[Place]) = match random.below(25) {
            0..=3 => (What::Crash, &WORKER),
            4 => (What::Crash, &API),
            5 => (What::Stop, &ANYWHERE),
            6 => (What::CutPublishing, &ANYWHERE),
            7 | 8 => (What::CutConsuming, &ANYWHERE),
            9 => (What::RestartBroker, &ANYWHERE),
            10 => (What::BlockPublishing, &ANYWHERE),
            11 | 20 | 21 => (What::Nack, &[Publish]),
            12 => (What::Return, &[Publish]),
            13 => (What::Unroute, &[Publish]),
            14 | 15 => (What::LoseAck, &[Ack]),
            16 => (What::FailStatement(class), &[Statement, Insert]),
            17 | 18 => (What::LoseReply, &[Reply]),
            22 => (What::Pause, &ANYWHERE),
            23 | 24 => (What::LockRow, &[Statement, Deliver]),
            _ => (What::StopDatabase, &ANYWHERE),
        };
        let at = random.pick(places);
        let most = match at {
            Insert => 6,
            Connect | Consume | Requeue => 12,
            Ack | Acked => 15,
            Publish | Confirm | Deliver => 20,
            Statement | Reply => 30,
        };
        Self { what, at, nth: u32::try_from(random.between(1, most)).unwrap() }
    }

    /// A worker dies that stores students.
    pub(crate) fn crash_at_insert(random: &mut Random) -> Self {
        let nth = u32::try_from(random.between(1, 3)).unwrap();
        Self { what: What::Crash, at: Place::Insert, nth }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} at {:?} {}", self.what, self.at, self.nth)
    }
}

/// The faults of a run, each of which happens at most once.
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    came: BTreeMap<Place, u32>,
}

impl Faults {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        Self { waiting: faults.to_vec(), came: BTreeMap::new() }
    }

    /// The fault of this arrival at a place, if there is one.
    pub(crate) fn at(&mut self, place: Place) -> Option<Fault> {
        let came = self.came.entry(place).or_default();
        *came += 1;
        let due = |fault: &Fault| fault.at == place && fault.nth == *came;
        let position = self.waiting.iter().position(due)?;
        Some(self.waiting.swap_remove(position))
    }
}
