//! No alert is without a drill, nor without a row in the documentation.

use std::collections::BTreeSet;

use super::files::text;
use super::monitoring::RULES;

const PAGE: &str = "docs/operations/drills.md";

/// The drill of `TargetDown` is in `target_down`, and that of both budgets in one file.
fn module_of(alert: &str) -> String {
    if alert.ends_with("BudgetBurn") {
        return "budget_burns".to_owned();
    }
    let mut name = String::new();
    for character in alert.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

fn alerts() -> BTreeSet<String> {
    let rules = text(RULES);
    let names = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    names.map(ToOwned::to_owned).collect()
}

#[test]
fn every_alert_has_a_drill() {
    let alerts = alerts();
    assert!(alerts.len() > 10, "{alerts:?}");
    let main = text("tests/drills/main.rs");
    for alert in alerts {
        let module = module_of(&alert);
        let drill = text(&format!("tests/drills/{module}.rs"));
        assert!(drill.contains(&format!("\"{alert}\"")), "{module} is the drill of {alert}");
        assert!(main.contains(&format!("mod {module};")), "{module} is compiled");
    }
}

#[test]
fn the_documentation_has_a_row_for_every_alert_and_for_no_other() {
    let page = text(PAGE);
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let names = rows.filter_map(|row| row.split([' ', '|']).next());
    let names: BTreeSet<_> = names.filter(|name| *name != "Alert").map(ToOwned::to_owned).collect();
    assert_eq!(names, alerts());
}
