//! Outstanding confirms: messages in flight.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use registrar_domain::Lane;
use tokio::time::Instant;

use super::request::Reply;
use super::transport::ConfirmOutcome;
use crate::ledger::confirm_report::ConfirmReport;
use crate::ledger::sequence_range::SequenceRange;
use crate::names::{LEDGER, queue_for};

pub(crate) struct InFlight {
    pub(crate) at: Instant,
    pub(crate) payload: Payload,
    /// How many permits of the window it takes.
    pub(crate) weight: usize,
    /// Empty once they are answered.
    pub(crate) replies: Vec<Reply>,
}

pub(crate) enum Payload {
    /// A message whose registrations have these numbers in its lane.
    Registrations(Lane, SequenceRange),
    Report(ConfirmReport),
}

impl Payload {
    /// The queue that it is for.
    pub(crate) fn queue(&self) -> &'static str {
        match self {
            Self::Registrations(lane, _) => queue_for(*lane),
            Self::Report(_) => LEDGER,
        }
    }
}

/// Everything in flight on one channel, by the order of sending.
///
/// Owns the confirms, so that no caller who hangs up can leave one behind.
pub(crate) struct OutstandingConfirms<C> {
    confirms: FuturesUnordered<Numbered<C>>,
    sent: BTreeMap<u64, InFlight>,
    weight: usize,
    next: u64,
    /// Those before this number were answered already.
    answered_before: u64,
}

impl<C: Future<Output = ConfirmOutcome> + Unpin> OutstandingConfirms<C> {
    pub(crate) fn new() -> Self {
        Self {
            confirms: FuturesUnordered::new(),
            sent: BTreeMap::new(),
            weight: 0,
            next: 0,
            answered_before: 0,
        }
    }

    /// Messages, reports among them.
    pub(crate) fn messages(&self) -> usize {
        self.sent.len()
    }

    /// Registrations and reports.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    pub(crate) fn add(&mut self, payload: Payload, confirm: C, replies: Vec<Reply>) {
        let (number, weight) = (self.next, replies.len().max(1));
        self.weight += weight;
        self.next += 1;
        self.confirms.push(Numbered { number, confirm });
        self.sent.insert(number, InFlight { at: Instant::now(), payload, weight, replies });
    }

    /// The lowest number of this lane that is in flight.
    pub(crate) fn lowest(&self, lane: Lane) -> Option<u64> {
        self.sent.values().find_map(|sent| match &sent.payload {
            Payload::Registrations(of, numbers) => (*of == lane).then_some(numbers.first),
            Payload::Report(_) => None,
        })
    }

    /// Takes the oldest and watches its confirm no more.
    pub(crate) fn forget_oldest(&mut self) -> Option<InFlight> {
        let (_, sent) = self.sent.pop_first()?;
        self.weight -= sent.weight;
        Some(sent)
    }

    pub(crate) fn oldest(&self) -> Option<Instant> {
        self.sent.first_key_value().map(|(_, sent)| sent.at)
    }

    /// When the oldest of those was sent that wait for an answer.
    pub(crate) fn oldest_unanswered(&self) -> Option<Instant> {
        let mut unanswered = self.sent.range(self.answered_before..);
        unanswered.find(|(_, sent)| !sent.replies.is_empty()).map(|(_, sent)| sent.at)
    }

    /// Takes the replies of the message that has waited longest, and keeps watching its confirm.
    pub(crate) fn take_oldest_replies(&mut self) -> Vec<Reply> {
        let mut unanswered = self.sent.range_mut(self.answered_before..);
        let Some((number, sent)) = unanswered.find(|(_, sent)| !sent.replies.is_empty()) else {
            return Vec::new();
        };
        self.answered_before = number + 1;
        std::mem::take(&mut sent.replies)
    }

    /// Waits until something is settled, then gives **everything** that is settled by then.
    ///
    /// Everything, because a returned message comes with the first confirm that resolves after
    /// it, while the returned message's own confirm resolves later and looks like any other.
    /// A caller that sees that later one must see the earlier one too,
    /// before it answers either. Cancel-safe: what was taken is returned by the same poll.
    pub(crate) async fn settled(&mut self) -> Vec<(InFlight, ConfirmOutcome)> {
        poll_fn(|context| self.poll_settled(context)).await
    }

    fn poll_settled(&mut self, context: &mut Context<'_>) -> Poll<Vec<(InFlight, ConfirmOutcome)>> {
        let Poll::Ready(Some(first)) = self.confirms.poll_next_unpin(context) else {
            return Poll::Pending;
        };
        let mut settled = Vec::new();
        self.take(first, &mut settled);
        // The collection may say "pending" only to let others run, and then wakes itself. It has
        // nothing more only when it says so without a wake.
        let noticed = Arc::new(Noticed::new(context.waker()));
        let waker = Waker::from(Arc::clone(&noticed));
        loop {
            match self.confirms.poll_next_unpin(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(next)) => self.take(next, &mut settled),
                Poll::Pending if noticed.any_wake() => {}
                Poll::Pending | Poll::Ready(None) => break,
            }
        }
        Poll::Ready(settled)
    }

    fn take(
        &mut self,
        (number, what): (u64, ConfirmOutcome),
        into: &mut Vec<(InFlight, ConfirmOutcome)>,
    ) {
        if let Some(sent) = self.sent.remove(&number) {
            self.weight -= sent.weight;
            into.push((sent, what));
        }
    }
}

struct Numbered<C> {
    number: u64,
    confirm: C,
}

impl<C: Future<Output = ConfirmOutcome> + Unpin> Future for Numbered<C> {
    type Output = (u64, ConfirmOutcome);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.confirm).poll(context).map(|what| (self.number, what))
    }
}

/// A waker that remembers having been used.
struct Noticed {
    wake: AtomicBool,
    inner: Waker,
}

impl Noticed {
    fn new(inner: &Waker) -> Self {
        Self { wake: AtomicBool::new(false), inner: inner.clone() }
    }

    fn any_wake(&self) -> bool {
        self.wake.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Noticed {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake.store(true, Ordering::SeqCst);
        self.inner.wake_by_ref();
    }
}
