use std::time::Duration;

use registrar_domain::{HoldReason, Lane, RegistrationId};
use serde_json::{Map, Value, json};
use sqlx::QueryBuilder;
use sqlx::mysql::MySql;

use super::state::DeadLetterState;
use crate::outcomes::released::IS_DECIDED;

/// Which dead letters are meant: those that meet every condition that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadLetterFilter {
    /// One of these dead letters, by number, or of `registrations`.
    pub ids: Vec<u64>,
    /// The dead letter of one of these registrations, or one of `ids`.
    pub registrations: Vec<RegistrationId>,
    pub reason: Option<HoldReason>,
    pub fingerprint: Option<String>,
    pub lane: Option<Lane>,
    /// Was put on hold, for the first time, before this much time.
    pub older_than: Option<Duration>,
    /// Is in this state; any when it is not set.
    pub state: Option<DeadLetterState>,
}

impl DeadLetterFilter {
    /// Whether nothing narrows it down: every dead letter of a state is meant.
    pub fn is_empty(&self) -> bool {
        let Self { ids, registrations, reason, fingerprint, lane, older_than, state: _ } = self;
        ids.is_empty()
            && registrations.is_empty()
            && reason.is_none()
            && fingerprint.is_none()
            && lane.is_none()
            && older_than.is_none()
    }

    /// The conditions that are set, for the record of an action. There is no personal data in them.
    pub fn to_json(&self) -> Value {
        let mut set = Map::new();
        if !self.ids.is_empty() {
            set.insert("letters".to_owned(), json!(self.ids));
        }
        if !self.registrations.is_empty() {
            let ids: Vec<_> = self.registrations.iter().map(ToString::to_string).collect();
            set.insert("registrations".to_owned(), json!(ids));
        }
        let words = [
            ("hold_reason", self.reason.map(|reason| json!(reason.as_str()))),
            ("fingerprint", self.fingerprint.as_ref().map(|fingerprint| json!(fingerprint))),
            ("lane", self.lane.map(|lane| json!(lane.as_str()))),
            ("older_than_s", self.older_than.map(|age| json!(age.as_secs()))),
            ("state", self.state.map(|state| json!(state.as_str()))),
        ];
        for (name, value) in words {
            set.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(set)
    }

    /// Adds `WHERE …`, which more conditions may follow. Everything from outside is bound.
    pub(crate) fn write_to(&self, query: &mut QueryBuilder<MySql>) {
        query.push(" WHERE TRUE");
        self.write_names_to(query);
        if let Some(reason) = self.reason {
            query.push(" AND reason = ").push_bind(reason.as_str());
        }
        if let Some(fingerprint) = &self.fingerprint {
            query.push(" AND fingerprint = ").push_bind(fingerprint.clone());
        }
        if let Some(lane) = self.lane {
            query.push(" AND lane = ").push_bind(lane.as_str());
        }
        if let Some(age) = self.older_than {
            query.push(" AND first_seen < CURRENT_TIMESTAMP(6) - INTERVAL ");
            query.push_bind(age.as_secs()).push(" SECOND");
        }
        match self.state {
            None => {}
            Some(DeadLetterState::Replayed) => {
                query.push(" AND (state = 'replayed' OR ").push(IS_DECIDED).push(")");
            }
            Some(state) => {
                query.push(" AND state = ").push_bind(state.as_str());
                query.push(" AND NOT ").push(IS_DECIDED);
            }
        }
    }

    fn write_names_to(&self, query: &mut QueryBuilder<MySql>) {
        if self.ids.is_empty() && self.registrations.is_empty() {
            return;
        }
        query.push(" AND (FALSE");
        for id in &self.ids {
            query.push(" OR id = ").push_bind(*id);
        }
        for id in &self.registrations {
            query.push(" OR registration_id = ").push_bind(id.as_bytes().to_vec());
        }
        query.push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql_for(filter: &DeadLetterFilter) -> String {
        let mut query = QueryBuilder::new("SELECT 1 FROM dead_letters");
        filter.write_to(&mut query);
        query.sql().as_str().to_owned()
    }

    #[test]
    fn only_conditions_that_narrow_down_make_it_more_than_empty() {
        assert!(DeadLetterFilter::default().is_empty());
        assert!(
            DeadLetterFilter { state: Some(DeadLetterState::Held), ..Default::default() }
                .is_empty()
        );
        for narrow in [
            DeadLetterFilter { ids: vec![1], ..Default::default() },
            DeadLetterFilter {
                registrations: vec![RegistrationId::generate()],
                ..Default::default()
            },
            DeadLetterFilter { reason: Some(HoldReason::Unrouted), ..Default::default() },
            DeadLetterFilter { fingerprint: Some(String::new()), ..Default::default() },
            DeadLetterFilter { lane: Some(Lane::Bulk), ..Default::default() },
            DeadLetterFilter { older_than: Some(Duration::ZERO), ..Default::default() },
        ] {
            assert!(!narrow.is_empty(), "{narrow:?}");
        }
    }

    #[test]
    fn nothing_from_outside_becomes_sql() {
        let filter = DeadLetterFilter {
            ids: vec![17, 18],
            fingerprint: Some("' OR 1=1 --".to_owned()),
            older_than: Some(Duration::from_secs(90)),
            ..Default::default()
        };
        assert_eq!(
            sql_for(&filter),
            "SELECT 1 FROM dead_letters WHERE TRUE AND (FALSE OR id = ? OR id = ?) \
             AND fingerprint = ? AND first_seen < CURRENT_TIMESTAMP(6) - INTERVAL ? SECOND"
        );
    }

    #[test]
    fn the_record_names_what_is_set_and_no_more() {
        let filter = DeadLetterFilter {
            ids: vec![17],
            reason: Some(HoldReason::Undecodable),
            older_than: Some(Duration::from_mins(2)),
            ..Default::default()
        };
        let expected = json!({"letters": [17], "hold_reason": "undecodable", "older_than_s": 120});
        assert_eq!(filter.to_json(), expected);
    }
}
