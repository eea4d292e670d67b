//! A delivery on its way through a batch, with what it holds and what became of that.

use std::time::Duration;

use registrar_domain::{Outcome, Registration};
use registrar_messaging::{DecodeError, Delivery, Envelope, ImportContent, caught};
use registrar_storage::{StorageError, Verdict};
use time::OffsetDateTime;
use tokio::time::Instant;

/// A message redelivered this often is suspected of crashing workers, and is processed alone.
///
/// The broker counts a crash against everything that a worker holds, so "alone" means with nothing
/// else in hand: see [`Mode`](crate::batcher::Mode).
const SUSPECTED_FROM_DELIVERY_COUNT: u32 = 3;

pub type Decode = fn(&[u8]) -> Result<Envelope, DecodeError>;

/// A delivery with what its body says.
#[derive(Debug)]
pub struct Item {
    /// The delivery, for settling and for the trace context in its headers.
    pub delivery: Delivery,
    /// Its registrations, or why they cannot be read.
    pub content: Result<Envelope, DecodeError>,
    /// How the last attempt ended for each of its [`parts`](Self::parts); empty before the first, and
    /// when it was split.
    pub verdicts: Vec<Verdict>,
    /// Since when it is delayed, if it is.
    pub delay: Option<Delay>,
}

/// Since when a delivery is delayed, and whether others were settled meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    since: Instant,
    /// Whether others were settled meanwhile.
    pub others_pass: bool,
}

impl Delay {
    pub fn begin(others_pass: bool) -> Self {
        Self { since: Instant::now(), others_pass }
    }
}

impl Item {
    pub fn read(delivery: Delivery, decode: Decode) -> Self {
        let content = caught(|| decode(&delivery.body)).unwrap_or(Err(DecodeError::Panicked));
        Self { delivery, content, verdicts: Vec::new(), delay: None }
    }

    /// Notes how an attempt ended. What an earlier one brought about, the next finds there: it stays
    /// fresh, unless it is another outcome by now.
    pub fn judge(&mut self, verdicts: Vec<Verdict>) {
        let before = std::mem::replace(&mut self.verdicts, verdicts);
        for (verdict, before) in self.verdicts.iter_mut().zip(before) {
            if let Verdict::Decided { outcome, is_fresh } = verdict {
                *is_fresh |= before == Verdict::Decided { outcome: *outcome, is_fresh: true };
            }
        }
    }

    /// Whether its registrations go on in messages of their own, as far as they had no outcome yet.
    pub fn is_split(&self) -> bool {
        self.verdicts.is_empty() && self.parts().next().is_some()
    }

    pub fn is_of_import(&self) -> bool {
        self.content.as_ref().is_ok_and(|envelope| envelope.import.is_some())
    }

    /// The registrations of this message; none when it cannot be read.
    pub fn registrations(&self) -> &[Registration] {
        self.content.as_ref().map_or(&[], |envelope| &envelope.registrations)
    }

    /// Each registration, or the message as a whole when it cannot be read.
    pub fn parts(&self) -> impl Iterator<Item = Option<&Registration>> {
        let whole = self.content.is_err().then_some(None);
        self.registrations().iter().map(Some).chain(whole)
    }

    /// How each of its parts ended, and whether just now rather than in an earlier delivery; nothing
    /// while it is delayed, since a message is settled as a whole.
    pub fn outcomes(&self) -> impl Iterator<Item = (Option<&Registration>, Outcome, bool)> {
        let verdicts = if self.is_delayed() { &[] } else { self.verdicts.as_slice() };
        self.parts().zip(verdicts).filter_map(|(part, verdict)| match verdict {
            Verdict::Decided { outcome, is_fresh } => Some((part, *outcome, *is_fresh)),
            Verdict::Refused { .. } | Verdict::Delayed(_) => None,
        })
    }

    /// What is in its way, while it is delayed.
    pub fn delayed_by(&self) -> Option<&StorageError> {
        self.verdicts.iter().find_map(|verdict| match verdict {
            Verdict::Delayed(error) => Some(error),
            Verdict::Decided { .. } | Verdict::Refused { .. } => None,
        })
    }

    pub fn is_delayed(&self) -> bool {
        self.delayed_by().is_some()
    }

    pub fn delayed_for(&self) -> Duration {
        self.delay.map_or(Duration::ZERO, |delay| delay.since.elapsed())
    }

    /// When the first of its registrations was accepted.
    pub fn accepted_at(&self) -> Option<OffsetDateTime> {
        self.registrations().iter().map(|registration| registration.accepted_at).min()
    }

    /// How much of a batch it fills. Invalid rows of a file are as large as valid ones.
    pub fn rows(&self) -> usize {
        let import = self.content.as_ref().ok().and_then(|envelope| envelope.import.as_ref());
        let invalid = match import.map(|import| &import.content) {
            Some(ImportContent::Chunk(chunk)) => chunk.invalid.len(),
            _ => 0,
        };
        (self.registrations().len() + invalid).max(1)
    }

    /// Whether it was delivered so often that it may be what crashes workers.
    pub fn is_suspected_poison(&self) -> bool {
        self.delivery.delivery_count >= SUSPECTED_FROM_DELIVERY_COUNT
    }
}
