//! What must hold when everything is at rest.

use std::collections::BTreeSet;

use registrar_domain::{HoldReason, Outcome};

use super::database::DEADLY;
use super::installation::Assembly;
use super::violation::Rule;
use super::world::World;

pub(crate) fn judge<A: Assembly>(world: &World) {
    for (key, state) in world.tables().ledger.iter() {
        let missing = state.missing();
        if missing.count() > 0 {
            world.is_violated(Rule::Unaccounted, format!("{missing} of {}", key.lane));
        }
    }
    let mut broken = Vec::new();
    {
        let (people, tables) = (world.people(), world.tables());
        for id in &people.sent {
            let outcomes = A::outcomes(&tables, id);
            let rule = match outcomes.len() {
                0 if people.accepted.contains_key(id) => Rule::Lost,
                0 | 1 => continue,
                _ => Rule::Doubled,
            };
            broken.push((rule, *id, format!("{outcomes:?}")));
        }
        let mut emails = BTreeSet::new();
        for (id, email) in &tables.students {
            if !emails.insert(email) {
                broken.push((Rule::EmailTwice, *id, email.clone()));
            }
        }
        for (id, emails) in &people.accepted {
            let died = A::outcomes(&tables, id) == [Outcome::OnHold(HoldReason::DeliveryLimit)];
            if world.plan.is_burst && died && !emails.contains(DEADLY) {
                broken.push((Rule::HeldForANeighbour, *id, String::new()));
            }
            let is_another = |email: &&String| tables.students.get(id).is_some_and(|e| e != *email);
            if let Some(email) = emails.iter().find(is_another) {
                broken.push((Rule::OutcomeOfAnother, *id, format!("sent with {email}")));
            }
            let has_cause =
                |email: &String| tables.owner_of(email).is_some_and(|owner| owner != *id);
            if tables.rejections.contains(id) && !emails.iter().all(has_cause) {
                broken.push((Rule::RejectedWithoutCause, *id, String::new()));
            }
        }
    }
    let imported = world.people().imported.clone();
    for (import, ids) in imported {
        let (counts, due) = {
            let tables = world.tables();
            (tables.counts_of(import), tables.counts_due(import, &ids))
        };
        if counts != due {
            world.is_violated(Rule::Miscounted, format!("{counts:?} instead of {due:?}"));
        }
    }
    for (rule, id, detail) in broken {
        world.is_violated(rule, format!("{} {detail}", world.name_of(&id)));
    }
}
