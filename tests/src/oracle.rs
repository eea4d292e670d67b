//! The oracle: what the database says of every reference that got a 202.
//!
//! It asks MySQL with SQL of its own and shares no code with the product's storage.

use std::collections::{HashMap, HashSet};
use std::fmt;

use registrar_domain::RegistrationId;
use sqlx::mysql::{MySqlPoolOptions, MySqlRow};
use sqlx::{MySqlPool, Row};
use tokio::time::Instant;

use crate::wait;

/// Where outcomes are counted.
#[derive(Clone, Debug)]
pub struct Oracle {
    pub(crate) pool: MySqlPool,
}

/// What waits for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Where it could be read.
    pub registration_id: Option<RegistrationId>,
    /// The code of why it is on hold.
    pub reason: String,
    /// Where it is known.
    pub lane: Option<String>,
    /// The message's body.
    pub payload: Vec<u8>,
}

impl DeadLetter {
    fn from_row(row: &MySqlRow) -> Self {
        let id: Option<Vec<u8>> = row.get(0);
        Self {
            registration_id: id.map(|id| RegistrationId::from_bytes(id.try_into().unwrap())),
            reason: row.get(1),
            lane: row.get(2),
            payload: row.get(3),
        }
    }
}

/// How accepted registrations ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// References that got a 202.
    pub accepted: usize,
    /// A row in `students` and nothing else.
    pub registered: usize,
    /// A row in `rejections` and nothing else.
    pub rejected: usize,
    /// Held in `dead_letters` and nothing else.
    pub on_hold: usize,
    /// No outcome at all.
    pub lost: usize,
    /// More than one outcome.
    pub doubled: usize,
    /// Addresses that are in `students` twice.
    pub emails_twice: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "accepted {}, registered {}, rejected {}, on hold {}, lost {}, doubled {}, \
             e-mails twice {}",
            self.accepted,
            self.registered,
            self.rejected,
            self.on_hold,
            self.lost,
            self.doubled,
            self.emails_twice
        )
    }
}

const OUTCOMES: &str = "
    SELECT registration_id, 'registered' AS outcome FROM students
    UNION ALL SELECT registration_id, 'rejected' FROM rejections
    UNION ALL SELECT registration_id, 'on_hold' FROM dead_letters
        WHERE state = 'held' AND registration_id IS NOT NULL AND registration_id NOT IN
            (SELECT registration_id FROM students UNION SELECT registration_id FROM rejections)";

const COUNT: &str = "
    SELECT (SELECT COUNT(*) FROM students) + (SELECT COUNT(*) FROM rejections)
         + (SELECT COUNT(*) FROM dead_letters d WHERE state = 'held'
            AND NOT EXISTS (SELECT 1 FROM students s WHERE s.registration_id = d.registration_id)
            AND NOT EXISTS (SELECT 1 FROM rejections r WHERE r.registration_id = d.registration_id))";

impl Oracle {
    /// An oracle for a database, which need not answer yet.
    pub fn new(database_url: &str) -> Self {
        let pool = MySqlPoolOptions::new().max_connections(1).connect_lazy(database_url).unwrap();
        Self { pool }
    }

    /// Counts the outcomes of these registrations.
    pub async fn tally(&self, accepted: &HashSet<RegistrationId>) -> Tally {
        self.try_tally(accepted).await.unwrap()
    }

    /// Waits until none of these registrations is without an outcome, and counts; when the
    /// time runs out, those without one are counted as lost.
    pub async fn all_decided(&self, accepted: &HashSet<RegistrationId>) -> Tally {
        let give_up_at = Instant::now() + wait::TIMEOUT;
        wait::until_within(2 * wait::TIMEOUT, "the outcomes can be counted", async || {
            // Counting rows is cheap; looking for each registration is not.
            let is_last = Instant::now() >= give_up_at;
            if !is_last && self.try_outcomes().await.ok()? < accepted.len() {
                return None;
            }
            self.try_tally(accepted).await.ok().filter(|tally| is_last || tally.lost == 0)
        })
        .await
    }

    /// Whether a registration has an outcome.
    pub async fn is_decided(&self, id: RegistrationId) -> bool {
        let query = format!("SELECT 1 FROM ({OUTCOMES}) outcomes WHERE registration_id = ?");
        let query = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id.as_bytes().to_vec());
        query.fetch_optional(&self.pool).await.is_ok_and(|row| row.is_some())
    }

    /// How many registrations have an outcome.
    pub async fn outcomes(&self) -> usize {
        self.try_outcomes().await.unwrap()
    }

    async fn try_outcomes(&self) -> Result<usize, sqlx::Error> {
        let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&self.pool).await?;
        Ok(usize::try_from(count).unwrap())
    }

    async fn try_tally(&self, accepted: &HashSet<RegistrationId>) -> Result<Tally, sqlx::Error> {
        let mut outcomes = HashMap::<RegistrationId, Vec<String>>::new();
        for row in sqlx::query(OUTCOMES).fetch_all(&self.pool).await? {
            let id: Vec<u8> = row.try_get(0)?;
            let id = RegistrationId::from_bytes(id.try_into().unwrap());
            outcomes.entry(id).or_default().push(row.try_get(1)?);
        }
        let mut tally = Tally { accepted: accepted.len(), ..Tally::default() };
        for id in accepted {
            match outcomes.get(id).map(Vec::as_slice) {
                None => tally.lost += 1,
                Some([one]) if one == "registered" => tally.registered += 1,
                Some([one]) if one == "rejected" => tally.rejected += 1,
                Some([_]) => tally.on_hold += 1,
                Some(_) => tally.doubled += 1,
            }
        }
        let twice = "SELECT COUNT(*) FROM
            (SELECT LOWER(email) FROM students GROUP BY LOWER(email) HAVING COUNT(*) > 1) twice";
        let twice: i64 = sqlx::query_scalar(twice).fetch_one(&self.pool).await?;
        tally.emails_twice = usize::try_from(twice).unwrap();
        Ok(tally)
    }

    /// Waits until there are so many dead letters, and returns their registrations, reasons and
    /// lanes, in the order of their reasons.
    pub async fn dead_letters(&self, count: usize) -> Vec<DeadLetter> {
        let query = "SELECT registration_id, reason, lane, payload FROM dead_letters
            WHERE state = 'held' ORDER BY reason, id";
        wait::until("the dead letters are there", async || {
            let rows = sqlx::query(query).fetch_all(&self.pool).await.ok()?;
            let dead_letters: Vec<_> = rows.iter().map(DeadLetter::from_row).collect();
            (dead_letters.len() >= count).then_some(dead_letters)
        })
        .await
    }

    /// Runs a statement that causes a fault.
    pub async fn sql(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.pool).await.unwrap();
    }

    /// How many rows are in `students`.
    pub async fn students(&self) -> usize {
        self.count("students").await
    }

    /// How many rows a table has; a condition may follow its name.
    pub async fn count(&self, table: &str) -> usize {
        let query = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let count: i64 = sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap();
        usize::try_from(count).unwrap()
    }
}
