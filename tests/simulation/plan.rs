//! What clients do and which faults happen in one run: all of it decided by the seed, so that it can be
//! printed and made smaller.

use std::fmt;

use registrar_tests::random::Random;

use super::fault::Fault;

/// The most students of a run.
pub(crate) const MOST_ADDRESSES: usize = 8;

/// So many there are in a burst, so that some send the same.
const BURST_ADDRESSES: usize = 20;

/// The e-mail address of one of them.
pub(crate) fn student(number: usize) -> String {
    format!("student{number}@example.com")
}

/// As RabbitMQ's policy has it; only what crashes workers reaches it.
pub(crate) const USUAL_DELIVERY_LIMIT: u32 = 20;

/// One plan in so many is all of cancelled imports, and of workers that die while they store them.
const IMPORTS_ONE_IN: u64 = 4;

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Decides which task runs next, and how long a task waits.
    pub(crate) schedule: u64,
    /// What each client submits, one after the other.
    pub(crate) clients: Vec<Vec<Submission>>,
    pub(crate) workers: usize,
    /// Publishing connections of the API.
    pub(crate) connections: usize,
    pub(crate) faults: Vec<Fault>,
    pub(crate) delivery_limit: u32,
    /// Whether a statement is executed even though its process has died.
    pub(crate) outlives: bool,
    /// All clients send at once, and the publisher has room for them, so that registrations travel in
    /// groups.
    pub(crate) is_burst: bool,
}

/// What a client wants to have registered.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) content: Content,
    /// With this key, or with a fresh id for each attempt.
    pub(crate) key: Option<usize>,
    /// How long the client waits for its first answer, in milliseconds, when it does not wait.
    pub(crate) hangs_up_after: Option<u64>,
    /// Whether it is sent again although it was accepted.
    pub(crate) repeats: bool,
    /// Whether it is an import that is cancelled.
    pub(crate) is_cancelled: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Students with these e-mail addresses: one, or as many as an import has.
    Students(Vec<usize>),
    /// One that the database refuses.
    Poison,
    /// One that a worker crashes of whenever it stores it.
    Deadly,
    /// A body that cannot be decoded.
    Unreadable,
}

impl Plan {
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut random = Random::from_seed(seed);
        let (outlives, shares_keys) = (random.is_one_in(2), random.is_one_in(2));
        let is_of_imports = seed % IMPORTS_ONE_IN == 1;
        let delivery_limit = match random.below(3) {
            0 => u32::try_from(random.between(1, 2)).unwrap(),
            _ => USUAL_DELIVERY_LIMIT,
        };
        let addresses = 1 + random.below(MOST_ADDRESSES);
        let mut keys = 0;
        let mut clients = Vec::new();
        for _ in 0..=random.below(if is_of_imports { 2 } else { 5 }) {
            let mut submissions = Vec::new();
            for _ in 0..=random.below(2) {
                let mut key = (!random.is_one_in(3)).then_some(keys);
                keys += 1;
                let content = match random.below(40) {
                    0 | 1 => Content::Poison,
                    2 => Content::Unreadable,
                    kind if is_of_imports || kind < 7 => {
                        // The rows of an import have ids that are derived too.
                        key = Some(keys);
                        let rows = 2 + random.below(8);
                        Content::Students((0..rows).map(|_| random.below(addresses)).collect())
                    }
                    _ => Content::Students(vec![random.below(addresses)]),
                };
                if shares_keys && key.is_some() && random.is_one_in(3) {
                    key = Some(random.below(keys));
                }
                let is_import = matches!(&content, Content::Students(rows) if rows.len() > 1);
                submissions.push(Submission {
                    content,
                    key,
                    hangs_up_after: random.is_one_in(6).then(|| random.between(0, 40)),
                    repeats: key.is_some() && random.is_one_in(6),
                    is_cancelled: is_import && (is_of_imports || random.is_one_in(3)),
                });
            }
            clients.push(submissions);
        }
        let (workers, connections) = (1 + random.below(3), 1 + random.below(2));
        let mut faults: Vec<_> = (0..random.below(11)).map(|_| Fault::any(&mut random)).collect();
        if is_of_imports {
            faults.extend((0..2).map(|_| Fault::crash_at_insert(&mut random)));
        }
        Self {
            schedule: seed,
            clients,
            workers,
            connections,
            faults,
            delivery_limit,
            outlives,
            is_burst: false,
        }
    }

    /// One of those that are all of cancelled imports.
    pub(crate) fn imports_from_seed(seed: u64) -> Self {
        Self::from_seed(seed * IMPORTS_ONE_IN + 1)
    }

    /// Some twenty clients at once, perhaps with one among them that workers crash of.
    pub(crate) fn burst_from_seed(seed: u64) -> Self {
        let mut random = Random::from_seed(seed);
        let outlives = random.is_one_in(2);
        let has_deadly = random.is_one_in(2);
        let count = 16 + random.below(9);
        let deadly = random.below(count);
        let mut clients = Vec::new();
        for client in 0..count {
            let mut submissions = Vec::new();
            for position in 0..=random.below(2) {
                let content = match random.below(40) {
                    _ if has_deadly && client == deadly && position == 0 => Content::Deadly,
                    0 => Content::Poison,
                    _ => Content::Students(vec![random.below(BURST_ADDRESSES)]),
                };
                let key = (!random.is_one_in(3)).then_some(client * 2 + position);
                submissions.push(Submission {
                    content,
                    key,
                    hangs_up_after: random.is_one_in(8).then(|| random.between(0, 40)),
                    repeats: key.is_some() && random.is_one_in(8),
                    is_cancelled: false,
                });
            }
            clients.push(submissions);
        }
        let workers = 1 + random.below(2);
        let faults = (0..random.below(6)).map(|_| Fault::any(&mut random)).collect();
        Self {
            schedule: seed,
            clients,
            workers,
            connections: 1,
            faults,
            delivery_limit: USUAL_DELIVERY_LIMIT,
            outlives,
            is_burst: true,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schedule, workers, connections, delivery_limit, .. } = self;
        write!(
            formatter,
            "schedule {schedule}; {connections} connection(s), {workers} worker(s); "
        )?;
        write!(formatter, "delivery limit {delivery_limit}")?;
        writeln!(
            formatter,
            "{}",
            match (self.outlives, self.is_burst) {
                (false, false) => "",
                (true, false) => "; statements outlive processes",
                (false, true) => "; all at once",
                (true, true) => "; statements outlive processes; all at once",
            }
        )?;
        for (number, submissions) in self.clients.iter().enumerate() {
            for submission in submissions {
                let Submission { content, key, hangs_up_after, repeats, is_cancelled } = submission;
                write!(formatter, "client {number} submits {content:?}")?;
                match key {
                    Some(key) => write!(formatter, " with key {key}")?,
                    None => write!(formatter, " without a key")?,
                }
                if let Some(after) = hangs_up_after {
                    write!(formatter, ", hangs up after {after} ms")?;
                }
                write!(formatter, "{}", if *is_cancelled { ", cancels it" } else { "" })?;
                writeln!(formatter, "{}", if *repeats { ", repeats it" } else { "" })?;
            }
        }
        for fault in &self.faults {
            writeln!(formatter, "fault: {fault}")?;
        }
        Ok(())
    }
}
