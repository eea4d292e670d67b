//! What must hold when everything is at rest.

use std::collections::BTreeSet;

use super::violation::Rule;
use super::world::World;

pub(crate) fn judge(world: &World) {
    for (account, book) in world.tables().ledger.iter() {
        let missing = book.missing();
        if missing.count() > 0 {
            world.is_violated(Rule::Unaccounted, format!("{missing} of {}", account.lane));
        }
    }
    let mut broken = Vec::new();
    {
        let (people, tables) = (world.people(), world.tables());
        for id in &people.sent {
            let outcomes = tables.outcomes(id);
            let rule = match outcomes.len() {
                0 if people.accepted.contains(id) => Rule::Lost,
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
        for id in &tables.rejections {
            let mut owners = people.emails[id].iter().filter_map(|email| tables.owner_of(email));
            if !owners.any(|owner| owner != *id) {
                broken.push((Rule::RejectedWithoutCause, *id, String::new()));
            }
        }
    }
    for (rule, id, detail) in broken {
        world.is_violated(rule, format!("{} {detail}", world.name_of(&id)));
    }
}
