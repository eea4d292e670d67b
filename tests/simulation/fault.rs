//! What can go wrong, and when.

use std::collections::BTreeMap;
use std::fmt;

use registrar_storage::ErrorClass;
use registrar_tests::random::Random;

/// Where a double waits: between any two of these, a process may die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The API connects.
    Connect,
    /// A message has come to the broker, which has not looked at it yet.
    Publish,
    /// The broker has decided on a message, and its confirm is on its way.
    Confirm,
    /// A worker connects, or opens a channel.
    Consume,
    /// A delivery is about to be taken.
    Deliver,
    /// An ack is about to be written.
    Ack,
    /// An ack was written.
    Acked,
    /// A worker asks for no more, or gives everything back.
    Requeue,
    /// A statement has not been executed yet.
    Statement,
    /// A statement was executed, and its reply is on its way.
    Reply,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The process that is there dies.
    Crash,
    /// The process that is there is asked to stop.
    Stop,
    /// Every publishing connection is cut.
    CutPublishing,
    /// Every consuming connection is cut, and neither side sees it at once.
    CutConsuming,
    /// Every connection is cut, and there are no new ones for a while.
    RestartBroker,
    /// The broker takes no messages for a while.
    BlockPublishing,
    /// The broker does not store this message, and says so.
    Nack,
    /// The broker sends this message back, and then confirms it.
    Return,
    /// The broker has no queue for this message, and stores it where that raises the alarm.
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

/// Something that goes wrong when the `nth` of all who come to a place is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) what: What,
    pub(crate) at: Place,
    pub(crate) nth: u32,
}

impl Fault {
    pub(crate) fn any(random: &mut Random) -> Self {
        use Place::{
            Ack, Acked, Confirm, Connect, Consume, Deliver, Publish, Reply, Requeue, Statement,
        };
        const ANYWHERE: [Place; 10] =
            [Connect, Publish, Confirm, Consume, Deliver, Ack, Acked, Requeue, Statement, Reply];
        const WORKER: [Place; 7] = [Consume, Deliver, Ack, Acked, Requeue, Statement, Reply];
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
            16 => (What::FailStatement(class), &[Statement]),
            17 | 18 => (What::LoseReply, &[Reply]),
            22 => (What::Pause, &ANYWHERE),
            23 | 24 => (What::LockRow, &[Statement, Deliver]),
            _ => (What::StopDatabase, &ANYWHERE),
        };
        let at = random.pick(places);
        let most = match at {
            Connect | Consume | Requeue => 12,
            Ack | Acked => 15,
            Publish | Confirm | Deliver => 20,
            Statement | Reply => 30,
        };
        Self { what, at, nth: u32::try_from(random.between(1, most)).unwrap() }
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

    /// Someone has come to a place: what goes wrong now.
    pub(crate) fn at(&mut self, place: Place) -> Option<Fault> {
        let came = self.came.entry(place).or_default();
        *came += 1;
        let due = |fault: &Fault| fault.at == place && fault.nth == *came;
        let position = self.waiting.iter().position(due)?;
        Some(self.waiting.swap_remove(position))
    }
}
