//! What the ledger says, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use registrar_domain::Lane;
use registrar_domain::ledger::Balance;
use registrar_storage::OutcomeTotals;
use serde_json::{Value, json};

pub(super) struct Report {
    pub(super) lanes: BTreeMap<Lane, Balance>,
    pub(super) outcomes: OutcomeTotals,
}

type Figure = (&'static str, &'static str, fn(&Balance) -> u64);

const FIGURES: [Figure; 7] = [
    ("confirmed", "RabbitMQ confirmed them: they were accepted", |lane| lane.confirmed),
    ("  settled", "of those, registered, rejected or on hold", |lane| lane.settled),
    ("  in flight", "of those, in a queue or in a worker's hands", |lane| lane.in_flight),
    ("  unaccounted", "of those, gone", |lane| lane.unaccounted),
    ("not confirmed", "refused, or without an answer; clients repeat them", |lane| {
        lane.unconfirmed
    }),
    ("settled besides", "settled although no confirm is known", |lane| lane.settled_unconfirmed),
    ("in doubt", "their publisher was killed before it said what became of them", |lane| {
        lane.in_doubt
    }),
];

impl Report {
    pub(super) fn unaccounted(&self) -> u64 {
        self.lanes.values().fold(0, |sum, lane| sum.saturating_add(lane.unaccounted))
    }

    /// Registrations that were settled more than once: sent again, replayed, or split. Not known once
    /// a chunk of an import was settled, which the ledger counts as one.
    fn repeats(&self) -> Option<u64> {
        let settled = |lane: &Balance| lane.settled.saturating_add(lane.settled_unconfirmed);
        let lane = |lane| self.lanes.get(&lane).map_or(0, settled);
        let decided = self.decided();
        (lane(Lane::Bulk) == 0).then(|| lane(Lane::Interactive).saturating_sub(decided))
    }

    fn decided(&self) -> u64 {
        self.outcomes.registered + self.outcomes.rejected + self.outcomes.on_hold
    }

    pub(super) fn to_json(&self) -> Value {
        let lane = |(lane, figures): (&Lane, &Balance)| {
            let figures = json!({
                "confirmed": figures.confirmed,
                "settled": figures.settled,
                "in_flight": figures.in_flight,
                "unaccounted": figures.unaccounted,
                "unconfirmed": figures.unconfirmed,
                "settled_unconfirmed": figures.settled_unconfirmed,
                "in_doubt": figures.in_doubt,
            });
            (lane.as_str().to_owned(), figures)
        };
        json!({
            "lanes": self.lanes.iter().map(lane).collect::<serde_json::Map<_, _>>(),
            "registrations": {
                "registered": self.outcomes.registered,
                "rejected": self.outcomes.rejected,
                "on_hold": self.outcomes.on_hold,
                "repeats": self.repeats(),
            },
            "unaccounted": self.unaccounted(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:<16}", "registrations")?;
        for lane in self.lanes.keys() {
            write!(formatter, "{:>12}", lane.as_str())?;
        }
        writeln!(formatter, "   a chunk of an import counts as one")?;
        for (name, meaning, figure) in FIGURES {
            write!(formatter, "{name:<16}")?;
            for lane in self.lanes.values() {
                write!(formatter, "{:>12}", figure(lane))?;
            }
            writeln!(formatter, "   {meaning}")?;
        }
        let OutcomeTotals { registered, rejected, on_hold } = self.outcomes;
        write!(
            formatter,
            "\noutcomes: {registered} registered, {rejected} rejected, {on_hold} on hold"
        )?;
        if let Some(repeats) = self.repeats() {
            write!(formatter, "; {repeats} repeats")?;
        }
        match self.unaccounted() {
            0 => write!(formatter, "\n\nEverything that was accepted is accounted for."),
            lost => write!(
                formatter,
                "\n\n{lost} accepted registrations are unaccounted for. Look again in some minutes: a \
                 worker may have them in hand. If they stay, they were removed behind Registrar's \
                 back: see docs/operations/runbooks/RegistrationsUnaccounted.md."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(unaccounted: u64, bulk: Balance) -> Report {
        let interactive = Balance {
            confirmed: 12_000,
            settled: 11_990 - unaccounted,
            in_flight: 10,
            unaccounted,
            settled_unconfirmed: 5,
            unconfirmed: 7,
            in_doubt: 1,
        };
        let outcomes = OutcomeTotals { registered: 11_900, rejected: 80, on_hold: 3 };
        let lanes = [(Lane::Interactive, interactive), (Lane::Bulk, bulk)];
        Report { lanes: lanes.into(), outcomes }
    }

    #[test]
    fn people_read_a_column_for_each_lane_and_a_sentence() {
        let text = report(0, Balance::default()).to_string();
        assert_eq!(
            text,
            "\
registrations    interactive        bulk   a chunk of an import counts as one
confirmed              12000           0   RabbitMQ confirmed them: they were accepted
  settled              11990           0   of those, registered, rejected or on hold
  in flight               10           0   of those, in a queue or in a worker's hands
  unaccounted              0           0   of those, gone
not confirmed              7           0   refused, or without an answer; clients repeat them
settled besides            5           0   settled although no confirm is known
in doubt                   1           0   their publisher was killed before it said what became of them

outcomes: 11900 registered, 80 rejected, 3 on hold; 12 repeats

Everything that was accepted is accounted for."
        );
    }

    #[test]
    fn a_loss_is_reported_to_people_and_programs() {
        let report = report(2, Balance::default());
        assert!(report.to_string().contains("2 accepted registrations are unaccounted for."));
        let json = report.to_json();
        assert_eq!(json["unaccounted"], 2);
        assert_eq!(json["lanes"]["interactive"]["unaccounted"], 2);
        assert_eq!(json["registrations"]["repeats"], 10);
    }

    #[test]
    fn repeats_are_not_known_where_a_message_carries_many_registrations() {
        let bulk = Balance { confirmed: 4, settled: 4, ..Balance::default() };
        let report = report(0, bulk);
        assert_eq!(report.to_json()["registrations"]["repeats"], Value::Null);
        assert!(!report.to_string().contains("repeats"));
    }
}
