//! What must hold when everything is at rest.

use std::collections::BTreeSet;

use registrar_domain::{HoldReason, ImportId, Outcome};

use super::database::DEADLY;
use super::installation::Assembly;
use super::people::People;
use super::tables::Tables;
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
                0 if people.must_have_an_outcome(id, &tables) => Rule::Lost,
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
    for (rule, detail) in imports_broken(&world.people(), &world.tables()) {
        world.is_violated(rule, detail);
    }
    for (rule, id, detail) in broken {
        world.is_violated(rule, format!("{} {detail}", world.name_of(&id)));
    }
}

fn imports_broken(people: &People, tables: &Tables) -> Vec<(Rule, String)> {
    let is_missing = |import: &ImportId| {
        !tables.has_manifest(*import)
            || (people.cancelled.contains(import) && !tables.is_cancelled(*import))
    };
    let forgotten = people.imported.keys().filter(|import| is_missing(import));
    let forgotten = forgotten.map(|import| (Rule::Forgotten, import.to_string()));
    let counted = people.imported.iter();
    let miscounted = counted.filter_map(|(import, rows)| tables.miscounted(*import, rows));
    forgotten.chain(miscounted.map(|detail| (Rule::Miscounted, detail))).collect()
}
