//! The exchanges and queues, declared by the process that starts first.
//!
//! What operators tune (`delivery-limit`, `max-length-bytes` of the lanes) are policies and never
//! arguments: an argument cannot be changed without deleting the queue, and the broker takes the
//! smaller of the two. The last resorts' limit is nothing to be tuned, so it is an argument.

pub(crate) mod declare;
pub(crate) mod state;

use std::fmt;

use registrar_domain::Lane;

use crate::names::{DEAD_LETTER, LEDGER, REGISTRATIONS_EXCHANGE, UNROUTED, queue_for};

/// After so many deliveries the broker gives up on a message.
pub const DELIVERY_LIMIT: &str = "x-delivery-limit";

/// A limit that no message reaches. RabbitMQ 4 drops what was delivered 20 times from a queue
/// without a limit and a dead-letter exchange; a policy would be of one virtual host only; and
/// RabbitMQ 3 has no word for "none".
const UNREACHABLE: ArgumentValue = ArgumentValue::Number(1_000_000_000);

/// Something that must exist in RabbitMQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declaration {
    Exchange {
        name: &'static str,
        /// `direct` or `fanout`.
        kind: &'static str,
        arguments: Vec<Argument>,
    },
    Queue {
        name: &'static str,
        arguments: Vec<Argument>,
    },
    /// A queue gets what is published to an exchange.
    Binding {
        exchange: &'static str,
        queue: &'static str,
        key: &'static str,
    },
}

pub type Argument = (&'static str, ArgumentValue);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentValue {
    Text(&'static str),
    Number(i64),
}

impl fmt::Display for ArgumentValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(formatter, "\"{text}\""),
            Self::Number(number) => number.fmt(formatter),
        }
    }
}

/// Everything that must exist. What a later declaration refers to comes first, so that there is no moment
/// in which a message could be taken and have nowhere to go.
pub fn topology() -> Vec<Declaration> {
    use ArgumentValue::Text;
    // Only quorum queues write to disk before they confirm.
    let quorum = ("x-queue-type", Text("quorum"));
    let mut declarations = Vec::new();
    for same_name in [UNROUTED, DEAD_LETTER, LEDGER] {
        declarations.extend([
            Declaration::Exchange { name: same_name, kind: "fanout", arguments: vec![] },
            Declaration::Queue {
                name: same_name,
                arguments: vec![quorum, (DELIVERY_LIMIT, UNREACHABLE)],
            },
            Declaration::Binding { exchange: same_name, queue: same_name, key: "" },
        ]);
    }
    let arguments = vec![("alternate-exchange", Text(UNROUTED))];
    declarations.push(Declaration::Exchange {
        name: REGISTRATIONS_EXCHANGE,
        kind: "direct",
        arguments,
    });
    for lane in Lane::ALL {
        let queue = queue_for(lane);
        let arguments = vec![
            quorum,
            ("x-dead-letter-exchange", Text(DEAD_LETTER)),
            ("x-dead-letter-strategy", Text("at-least-once")),
            // Without it RabbitMQ falls back to at-most-once, and says nothing.
            ("x-overflow", Text("reject-publish")),
        ];
        declarations.push(Declaration::Queue { name: queue, arguments });
        let key = lane.as_str();
        declarations.push(Declaration::Binding { exchange: REGISTRATIONS_EXCHANGE, queue, key });
    }
    declarations
}

impl Declaration {
    /// A queue as versions before the delivery limit declared it, which may still be there.
    pub(crate) fn earlier_version(&self) -> Option<Self> {
        let Self::Queue { name, arguments } = self else { return None };
        let without = |argument: &&Argument| argument.0 != DELIVERY_LIMIT;
        let earlier: Vec<_> = arguments.iter().filter(without).copied().collect();
        let differs = earlier.len() < arguments.len();
        differs.then_some(Self::Queue { name, arguments: earlier })
    }
}
