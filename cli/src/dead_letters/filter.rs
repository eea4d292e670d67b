//! Which dead letters are meant.

use std::time::Duration;

use anyhow::bail;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use registrar_domain::{HoldReason, Lane};
use registrar_storage::{DeadLetterFilter, DeadLetterState};

use super::dead_letter_name::DeadLetterName;
use crate::duration;
use crate::lanes::lane;

/// Letters that meet every condition given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which dead letters (all conditions must hold)")]
pub(super) struct FilterArguments {
    /// By number, by registration id, or by the reference that the student has.
    #[arg(value_name = "DEAD_LETTER")]
    letters: Vec<DeadLetterName>,

    /// The same as `DEAD_LETTER`.
    #[arg(long = "id", value_name = "DEAD_LETTER", value_delimiter = ',')]
    ids: Vec<DeadLetterName>,

    /// On hold for this reason.
    #[arg(long, value_name = "CODE", value_parser = hold_reason())]
    hold_reason: Option<HoldReason>,

    /// Failed of the same cause, as `list` shows it.
    #[arg(long)]
    fingerprint: Option<String>,

    /// Came from this lane.
    #[arg(long, value_parser = lane())]
    lane: Option<Lane>,

    /// On hold for at least so long, such as 90s, 15m, 2h or 30d.
    #[arg(long, value_name = "AGE", value_parser = duration::parse_age)]
    older_than: Option<Duration>,
}

impl FilterArguments {
    /// The filter, for letters in this state or, without one, in any.
    pub(super) fn filter(&self, state: Option<DeadLetterState>) -> DeadLetterFilter {
        let mut filter = DeadLetterFilter {
            reason: self.hold_reason,
            fingerprint: self.fingerprint.clone(),
            lane: self.lane,
            older_than: self.older_than,
            state,
            ..DeadLetterFilter::default()
        };
        for name in self.letters.iter().chain(&self.ids) {
            match name {
                DeadLetterName::Number(number) => filter.ids.push(*number),
                DeadLetterName::Registration(id) => filter.registrations.push(*id),
            }
        }
        filter
    }

    pub(super) fn names_letters(&self) -> bool {
        !(self.letters.is_empty() && self.ids.is_empty())
    }
}

/// A command that changes something needs to know what is meant: a filter or `--all`, not both.
pub(super) fn require_intent(filter: &DeadLetterFilter, all: bool, to: &str) -> anyhow::Result<()> {
    match (filter.is_empty(), all) {
        (true, false) => bail!(
            "Say which dead letters to {to}: name them (see `registrar dead-letters list`), give a \
             condition such as --fingerprint, or --all."
        ),
        (false, true) => bail!("Give either --all or conditions, not both."),
        _ => Ok(()),
    }
}

fn hold_reason() -> impl TypedValueParser<Value = HoldReason> {
    PossibleValuesParser::new(HoldReason::ALL.map(HoldReason::as_str))
        .map(|code| HoldReason::from_stored(&code))
}

pub(super) fn state() -> impl TypedValueParser<Value = DeadLetterState> {
    PossibleValuesParser::new(DeadLetterState::ALL.map(DeadLetterState::as_str))
        .try_map(|state| state.parse::<DeadLetterState>())
}

/// The state of the letters to look at: one, or `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShownState(pub(super) Option<DeadLetterState>);

pub(super) fn shown_state() -> impl TypedValueParser<Value = ShownState> {
    let states = DeadLetterState::ALL.map(DeadLetterState::as_str);
    PossibleValuesParser::new(states.into_iter().chain(["all"]))
        .map(|state| ShownState(state.parse().ok()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use registrar_runtime::config;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        filter: FilterArguments,
    }

    fn filter(arguments: &[&str]) -> DeadLetterFilter {
        let arguments = [&["registrar"], arguments].concat();
        config::parse_from::<Command>(arguments).unwrap().filter.filter(Some(DeadLetterState::Held))
    }

    fn refusal(arguments: &[&str]) -> String {
        let arguments = [&["registrar"], arguments].concat();
        config::parse_from::<Command>(arguments).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_condition_is_reported_with_what_would_be_right() {
        let sentence = "--lane <LANE> is \"fast\", but it must be one of: interactive, bulk.";
        assert_eq!(refusal(&["--lane=fast"]), sentence);
        let sentence = refusal(&["--hold-reason=poison"]);
        assert!(sentence.contains("refused_by_database, delivery_limit"), "{sentence}");
    }

    #[test]
    fn what_changes_something_needs_a_condition_or_all() {
        let (empty, narrow) = (filter(&[]), filter(&["17"]));
        assert!(require_intent(&empty, false, "replay").is_err());
        assert!(require_intent(&narrow, true, "replay").is_err());
        assert!(require_intent(&empty, true, "replay").is_ok());
        assert!(require_intent(&narrow, false, "replay").is_ok());
    }

    #[test]
    fn a_state_may_be_all_of_them() {
        #[derive(Debug, Parser)]
        struct Command {
            #[arg(long, value_parser = shown_state())]
            state: ShownState,
        }
        let parsed = |text: &str| {
            let flag = format!("--state={text}");
            config::parse_from::<Command>(["registrar", &flag]).map(|command| command.state)
        };
        assert_eq!(parsed("all").unwrap(), ShownState(None));
        assert_eq!(parsed("held").unwrap(), ShownState(Some(DeadLetterState::Held)));
        let sentence = parsed("lost").unwrap_err().to_string();
        assert!(sentence.contains("held, replayed, discarded, all"), "{sentence}");
    }
}
