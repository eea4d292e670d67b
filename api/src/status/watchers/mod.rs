use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use registrar_domain::{Decision, RegistrationId};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// An undecided registration is looked up again after this long; most are decided within it.
pub(super) const FIRST_INTERVAL: Duration = Duration::from_millis(25);
/// The interval doubles up to this.
pub(super) const LONGEST_INTERVAL: Duration = Duration::from_secs(1);
/// The same for a registration that has an outcome which may change: a person decides when.
pub(super) const LONGEST_INTERVAL_DECIDED: Duration = Duration::from_secs(30);

/// What the database says now, or that it does not answer.
pub(super) type Answer = Result<Option<Decision>, Unreadable>;

/// The database does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Who wants to know what of which registration, and when each is next looked up.
///
/// An entry exists only while someone waits for it.
#[derive(Debug, Default)]
pub(super) struct Watchers {
    entries: HashMap<RegistrationId, Entry>,
    /// Looked up in this order; each entry at most once.
    schedule: BTreeSet<(Instant, RegistrationId)>,
}

#[derive(Debug)]
struct Entry {
    /// Want the state as it is now.
    asking: Vec<oneshot::Sender<Answer>>,
    /// Want the outcome once there is another than they have seen.
    watching: Vec<Watching>,
    interval: Duration,
    due: Option<Instant>,
}

#[derive(Debug)]
struct Watching {
    seen: Option<Decision>,
    sender: oneshot::Sender<Decision>,
}

/// The registrations of one query, with those who asked before it began.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What to look up.
    pub(super) ids: Vec<RegistrationId>,
    asking: Vec<(RegistrationId, oneshot::Sender<Answer>)>,
}

impl Batch {
    /// Tells those who asked that there is no answer. Watchers go on waiting.
    pub(super) fn refuse(&mut self) {
        for (_, sender) in self.asking.drain(..) {
            _ = sender.send(Err(Unreadable));
        }
    }
}

impl Watchers {
    /// Answers `sender` by the next query.
    pub(super) fn ask(
        &mut self,
        id: RegistrationId,
        sender: oneshot::Sender<Answer>,
        now: Instant,
    ) {
        self.entry(id).asking.push(sender);
        self.schedule(id, now);
    }

    /// Answers `sender` once the registration has an outcome other than the one `seen`.
    pub(super) fn watch(
        &mut self,
        id: RegistrationId,
        seen: Option<Decision>,
        sender: oneshot::Sender<Decision>,
        now: Instant,
    ) {
        let entry = self.entry(id);
        entry.watching.push(Watching { seen, sender });
        // A newcomer wants to know soon, also where others have waited for long.
        entry.interval = FIRST_INTERVAL;
        self.schedule(id, now + FIRST_INTERVAL);
    }

    /// When the next look-up is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.schedule.first().map(|(due, _)| *due)
    }

    /// Up to `limit` registrations that are due, without those nobody waits for any more.
    pub(super) fn take_due(&mut self, now: Instant, limit: usize) -> Batch {
        let mut batch = Batch::default();
        while batch.ids.len() < limit && self.next_due().is_some_and(|due| due <= now) {
            let Some((_, id)) = self.schedule.pop_first() else { break };
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            entry.due = None;
            entry.forget_gone();
            if entry.is_idle() {
                self.entries.remove(&id);
                continue;
            }
            batch.asking.extend(entry.asking.drain(..).map(|sender| (id, sender)));
            batch.ids.push(id);
        }
        batch
    }

    /// Tells everybody what a query found. Those still waiting are scheduled again.
    pub(super) fn settle(
        &mut self,
        batch: Batch,
        found: &HashMap<RegistrationId, Decision>,
        now: Instant,
    ) {
        for (id, sender) in batch.asking {
            _ = sender.send(Ok(found.get(&id).copied()));
        }
        for id in batch.ids {
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            let longest = match found.get(&id) {
                Some(decision) => {
                    entry.tell(*decision);
                    LONGEST_INTERVAL_DECIDED
                }
                None => LONGEST_INTERVAL,
            };
            self.wait_longer(id, now, longest);
        }
    }

    /// Puts back a batch whose query failed, after refusing those who asked.
    pub(super) fn put_back(&mut self, mut batch: Batch, now: Instant) {
        batch.refuse();
        for id in batch.ids {
            self.wait_longer(id, now, LONGEST_INTERVAL);
        }
    }

    /// Refuses everybody who asks for the state as it is now.
    pub(super) fn refuse_asking(&mut self) {
        for entry in self.entries.values_mut() {
            for sender in entry.asking.drain(..) {
                _ = sender.send(Err(Unreadable));
            }
        }
    }

    fn wait_longer(&mut self, id: RegistrationId, now: Instant, longest: Duration) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if entry.is_idle() {
            if let Some(due) = entry.due {
                self.schedule.remove(&(due, id));
            }
            self.entries.remove(&id);
            return;
        }
        entry.interval = (entry.interval * 2).min(longest);
        let due = now + entry.interval;
        self.schedule(id, due);
    }

    fn entry(&mut self, id: RegistrationId) -> &mut Entry {
        self.entries.entry(id).or_insert_with(|| Entry {
            asking: Vec::new(),
            watching: Vec::new(),
            interval: FIRST_INTERVAL / 2,
            due: None,
        })
    }

    /// Looks `id` up at `due`, or earlier when it is due earlier already.
    fn schedule(&mut self, id: RegistrationId, due: Instant) {
        let entry = self.entry(id);
        match entry.due {
            Some(earlier) if earlier <= due => return,
            Some(later) => _ = self.schedule.remove(&(later, id)),
            None => {}
        }
        self.entry(id).due = Some(due);
        self.schedule.insert((due, id));
    }
}

impl Entry {
    fn forget_gone(&mut self) {
        self.asking.retain(|sender| !sender.is_closed());
        self.watching.retain(|watching| !watching.sender.is_closed());
    }

    fn tell(&mut self, decision: Decision) {
        for watching in self.watching.extract_if(.., |w| w.seen != Some(decision)) {
            _ = watching.sender.send(decision);
        }
    }

    fn is_idle(&self) -> bool {
        self.asking.is_empty() && self.watching.is_empty()
    }
}

#[cfg(test)]
mod tests;
