use std::fmt;

use registrar_domain::Lane;
use registrar_domain::ledger::{Account, Book, Epoch, Numbers};
use serde::{Deserialize, Serialize};

const VERSION: u64 = 1;

/// What a publisher says about numbers that it gave: confirmed, unless among the unconfirmed.
///
/// Taken twice or in another order, statements say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whose numbers.
    pub account: Account,
    /// Which of them.
    pub stated: Numbers,
    /// Those that were refused, or of which RabbitMQ did not say.
    pub unconfirmed: Numbers,
}

/// A message of the ledger's queue that this version cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a publisher's statement of this version: its numbers will be shown as in doubt")]
pub struct MalformedStatement;

impl Statement {
    /// The message's body.
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire {
            version: VERSION,
            epoch: self.account.epoch.to_string(),
            lane: self.account.lane.as_str().to_owned(),
            stated: self.stated.to_string(),
            unconfirmed: self.unconfirmed.to_string(),
        };
        to_json(&wire)
    }

    /// Reads a message's body. Members that this version does not know are passed over.
    pub fn decode(body: &[u8]) -> Result<Self, MalformedStatement> {
        let wire: Wire = serde_json::from_slice(body).map_err(|_| MalformedStatement)?;
        let numbers = |text: &str| text.parse().map_err(|_| MalformedStatement);
        let account = Epoch::parse(&wire.epoch).zip(Lane::parse(&wire.lane));
        match account {
            Some((epoch, lane)) if wire.version == VERSION => Ok(Self {
                account: Account { epoch, lane },
                stated: numbers(&wire.stated)?,
                unconfirmed: numbers(&wire.unconfirmed)?,
            }),
            _ => Err(MalformedStatement),
        }
    }

    /// What it adds to the account's book.
    pub fn into_book(self) -> Book {
        let Self { stated, unconfirmed, .. } = self;
        Book { stated, unconfirmed, settled: Numbers::default() }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account: Account { epoch, lane }, stated, unconfirmed } = self;
        write!(formatter, "{epoch} {lane}: {stated}, but not {unconfirmed}")
    }
}

fn to_json(wire: &Wire) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "strings and numbers always become JSON")]
    serde_json::to_vec(wire).expect("strings and numbers always become JSON")
}

#[derive(Deserialize, Serialize)]
struct Wire {
    version: u64,
    epoch: String,
    lane: String,
    stated: String,
    unconfirmed: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = include_str!("golden/statement-v1.json");

    fn statement() -> Statement {
        let epoch = Epoch::parse("0199d3c4-5a00-7000-8000-000000000001").unwrap();
        Statement {
            account: Account { epoch, lane: Lane::Interactive },
            stated: Numbers::between(501, 900),
            unconfirmed: "517,600-602".parse().unwrap(),
        }
    }

    #[test]
    fn the_wire_format_of_statements_never_changes() {
        assert_eq!(String::from_utf8(statement().encode()).unwrap(), GOLDEN.trim_end());
        assert_eq!(Statement::decode(GOLDEN.as_bytes()), Ok(statement()));
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        for (right, wrong) in [
            ("\"version\":1", "\"version\":2"),
            ("0199d3c4", "somebody"),
            ("interactive", "slow"),
            ("501-900", "900-501"),
            ("517", "all"),
            ("{", ""),
        ] {
            let body = GOLDEN.replace(right, wrong);
            assert_eq!(Statement::decode(body.as_bytes()), Err(MalformedStatement), "{wrong}");
        }
    }
}
