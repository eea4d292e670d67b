//! The messages that were sent and whose fate is not known yet.

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

use super::Statement;
use super::job::Reply;
use super::session::Settlement;

/// A message on its way.
pub(super) struct Sent {
    pub(super) at: Instant,
    pub(super) what: What,
    /// Nobody, when the answer was given already, or nobody asked.
    pub(super) reply: Option<Reply>,
}

/// What was sent.
pub(super) enum What {
    /// The message with this number in its lane.
    Message(Lane, u64),
    Statement(Statement),
}

/// Everything sent on one session and not settled, by the order of sending.
///
/// Owns the confirms, so that no caller who hangs up can leave one behind.
pub(super) struct Unsettled<C> {
    confirms: FuturesUnordered<Numbered<C>>,
    sent: BTreeMap<u64, Sent>,
    next: u64,
    /// Those before this number were answered already.
    answered_before: u64,
}

impl<C: Future<Output = Settlement> + Unpin> Unsettled<C> {
    pub(super) fn new() -> Self {
        Self {
            confirms: FuturesUnordered::new(),
            sent: BTreeMap::new(),
            next: 0,
            answered_before: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sent.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    pub(super) fn add(&mut self, what: What, confirm: C, reply: Option<Reply>) {
        let number = self.next;
        self.next += 1;
        self.confirms.push(Numbered { number, confirm });
        self.sent.insert(number, Sent { at: Instant::now(), what, reply });
    }

    /// The lowest number of this lane whose fate is open.
    pub(super) fn lowest(&self, lane: Lane) -> Option<u64> {
        self.sent.values().find_map(|sent| match sent.what {
            What::Message(of, number) => (of == lane).then_some(number),
            What::Statement(_) => None,
        })
    }

    /// Takes the oldest and watches its confirm no more.
    pub(super) fn forget_oldest(&mut self) -> Option<Sent> {
        self.sent.pop_first().map(|(_, sent)| sent)
    }

    /// When the oldest was sent.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.sent.first_key_value().map(|(_, sent)| sent.at)
    }

    /// When the oldest of those was sent that wait for an answer.
    pub(super) fn oldest_unanswered(&self) -> Option<Instant> {
        let mut unanswered = self.sent.range(self.answered_before..);
        unanswered.find(|(_, sent)| sent.reply.is_some()).map(|(_, sent)| sent.at)
    }

    /// Takes the one who has waited longest for an answer, and keeps watching the confirm.
    pub(super) fn take_oldest_reply(&mut self) -> Option<Reply> {
        let mut unanswered = self.sent.range_mut(self.answered_before..);
        let (number, sent) = unanswered.find(|(_, sent)| sent.reply.is_some())?;
        self.answered_before = number + 1;
        sent.reply.take()
    }

    /// Waits until something is settled, then gives **everything** that is settled by then.
    ///
    /// Everything, because a returned message comes with the first confirm that resolves after
    /// it, while the returned message's own confirm resolves later and looks like any other
    /// (facts about lapin, 2). Whoever sees that later one must see the earlier one too, before
    /// answering either. Cancel-safe: what was taken is returned by the same poll.
    pub(super) async fn settled(&mut self) -> Vec<(Sent, Settlement)> {
        poll_fn(|context| self.poll_settled(context)).await
    }

    fn poll_settled(&mut self, context: &mut Context<'_>) -> Poll<Vec<(Sent, Settlement)>> {
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

    fn take(&mut self, (number, what): (u64, Settlement), into: &mut Vec<(Sent, Settlement)>) {
        into.extend(self.sent.remove(&number).map(|sent| (sent, what)));
    }
}

struct Numbered<C> {
    number: u64,
    confirm: C,
}

impl<C: Future<Output = Settlement> + Unpin> Future for Numbered<C> {
    type Output = (u64, Settlement);

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
