use std::fmt;

use registrar_domain::Lane;
use registrar_domain::ledger::{ProducerId, SequenceKey, SequenceSet, SequenceState};
use serde::{Deserialize, Serialize};

const VERSION: u64 = 1;

/// What a publisher says about numbers that it gave: confirmed, unless among the unconfirmed.
///
/// Taken twice or in another order, reports say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmReport {
    pub key: SequenceKey,
    pub reported: SequenceSet,
    /// Those that were refused, or of which RabbitMQ did not say.
    pub unconfirmed: SequenceSet,
}

/// A message of the ledger's queue that this version cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a confirm report of this version: its numbers will be shown as in doubt")]
pub struct MalformedConfirmReport;

impl ConfirmReport {
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire {
            version: VERSION,
            producer: self.key.producer.to_string(),
            lane: self.key.lane.as_str().to_owned(),
            reported: self.reported.to_string(),
            unconfirmed: self.unconfirmed.to_string(),
        };
        to_json(&wire)
    }

    /// Reads a message's body. Members that this version does not know are passed over.
    pub fn decode(body: &[u8]) -> Result<Self, MalformedConfirmReport> {
        let wire: Wire = serde_json::from_slice(body).map_err(|_| MalformedConfirmReport)?;
        let numbers = |text: &str| text.parse().map_err(|_| MalformedConfirmReport);
        let key = ProducerId::parse(&wire.producer).zip(Lane::parse(&wire.lane));
        match key {
            Some((producer, lane)) if wire.version == VERSION => Ok(Self {
                key: SequenceKey { producer, lane },
                reported: numbers(&wire.reported)?,
                unconfirmed: numbers(&wire.unconfirmed)?,
            }),
            _ => Err(MalformedConfirmReport),
        }
    }

    /// What it adds to the key's state.
    pub fn into_state(self) -> SequenceState {
        let Self { reported, unconfirmed, .. } = self;
        SequenceState { reported, unconfirmed, settled: SequenceSet::default() }
    }
}

impl fmt::Display for ConfirmReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: SequenceKey { producer, lane }, reported, unconfirmed } = self;
        write!(formatter, "{producer} {lane}: {reported}, but not {unconfirmed}")
    }
}

fn to_json(wire: &Wire) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "strings and numbers always become JSON")]
    serde_json::to_vec(wire).expect("strings and numbers always become JSON")
}

#[derive(Deserialize, Serialize)]
struct Wire {
    version: u64,
    #[serde(rename = "epoch")]
    producer: String,
    lane: String,
    #[serde(rename = "stated")]
    reported: String,
    unconfirmed: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = include_str!("../golden/confirm-report-v1.json");

    fn report() -> ConfirmReport {
        let producer = ProducerId::parse("0199d3c4-5a00-7000-8000-000000000001").unwrap();
        ConfirmReport {
            key: SequenceKey { producer, lane: Lane::Interactive },
            reported: SequenceSet::between(501, 900),
            unconfirmed: "517,600-602".parse().unwrap(),
        }
    }

    #[test]
    fn the_wire_format_of_confirm_reports_never_changes() {
        assert_eq!(String::from_utf8(report().encode()).unwrap(), GOLDEN.trim_end());
        assert_eq!(ConfirmReport::decode(GOLDEN.as_bytes()), Ok(report()));
    }

    #[test]
    fn what_is_no_confirm_report_is_refused() {
        for (right, wrong) in [
            ("\"version\":1", "\"version\":2"),
            ("0199d3c4", "malformed"),
            ("interactive", "slow"),
            ("501-900", "900-501"),
            ("517", "all"),
            ("{", ""),
        ] {
            let body = GOLDEN.replace(right, wrong);
            assert_eq!(
                ConfirmReport::decode(body.as_bytes()),
                Err(MalformedConfirmReport),
                "{wrong}"
            );
        }
    }
}
