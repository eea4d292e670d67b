//! The findings for people and for scripts.

use serde_json::{Value, json};

use super::finding::{Finding, Verdict};
use crate::table::printable;

const WRONG: u8 = 1;
const UNKNOWN: u8 = 2;

/// 0: all is well; 1: something is wrong; 2: nothing is known to be wrong, but not all could be
/// looked at.
pub(super) fn exit_code(findings: &[Finding]) -> u8 {
    let any = |is: fn(&Verdict) -> bool| findings.iter().any(|finding| is(&finding.verdict));
    if any(|verdict| matches!(verdict, Verdict::Wrong(_))) {
        WRONG
    } else if any(|verdict| matches!(verdict, Verdict::Unknown(_))) {
        UNKNOWN
    } else {
        0
    }
}

/// A line for each finding and two for each problem; the last line counts these lines.
pub(super) fn text(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut line = |verdict: &str, check: &str, sentence: &str| {
        let line = format!("{verdict:<7}  {check:<width$}  {}", printable(sentence));
        text.push_str(line.trim_end());
        text.push('\n');
    };
    let (mut well, mut wrong, mut unknown) = (0, 0, 0);
    for Finding { check, verdict } in findings {
        match verdict {
            Verdict::Well(what) => {
                well += 1;
                line("ok", check, what);
            }
            Verdict::Wrong(problems) => {
                wrong += problems.len();
                for problem in problems {
                    line("WRONG", check, &problem.what);
                    line("", "", &format!("-> {}", problem.fix));
                }
            }
            Verdict::Unknown(why) => {
                unknown += 1;
                line("unknown", check, why);
            }
        }
    }
    text + &format!("{well} ok, {wrong} wrong, {unknown} could not be looked at\n")
}

pub(super) fn json(findings: &[Finding]) -> Value {
    let checks: Vec<_> = findings.iter().map(finding_json).collect();
    json!({ "is_well": exit_code(findings) == 0, "checks": checks })
}

fn finding_json(Finding { check, verdict }: &Finding) -> Value {
    match verdict {
        Verdict::Well(what) => json!({ "check": check, "verdict": "ok", "message": what }),
        Verdict::Unknown(why) => json!({ "check": check, "verdict": "unknown", "message": why }),
        Verdict::Wrong(problems) => {
            let problems: Vec<_> = problems
                .iter()
                .map(|problem| json!({ "message": problem.what, "fix": problem.fix, "mend": problem.fix }))
                .collect();
            json!({ "check": check, "verdict": "wrong", "problems": problems })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Problem;

    fn findings() -> [Finding; 3] {
        [
            Finding::new("clock", Ok(Verdict::well("0.1 s ahead."))),
            Finding::new("schema", Ok(Verdict::wrong("It is behind.", "Migrate."))),
            Finding::new("alarms", Err(anyhow::anyhow!("No answer."))),
        ]
    }

    #[test]
    fn what_is_wrong_counts_more_than_what_is_unknown() {
        let [well, wrong, unknown] = findings();
        assert_eq!(exit_code(&[]), 0);
        assert_eq!(exit_code(std::slice::from_ref(&well)), 0);
        assert_eq!(exit_code(&[well.clone(), unknown.clone()]), 2);
        assert_eq!(exit_code(&[unknown, wrong, well]), 1);
    }

    #[test]
    fn each_problem_is_reported_with_how_to_fix_it() {
        let mut findings = findings();
        findings[1].verdict = Verdict::Wrong(vec![
            Problem::new("It is behind.", "Migrate."),
            Problem::new("It is strange.", "Look at it."),
        ]);
        assert_eq!(
            text(&findings),
            "ok       clock   0.1 s ahead.\n\
             WRONG    schema  It is behind.\n                 -> Migrate.\n\
             WRONG    schema  It is strange.\n                 -> Look at it.\n\
             unknown  alarms  No answer.\n\
             1 ok, 2 wrong, 1 could not be looked at\n"
        );
    }

    #[test]
    fn scripts_get_the_same() {
        let json = json(&findings());
        assert_eq!(json["is_well"], false);
        assert_eq!(json["checks"][1]["problems"][0]["fix"], "Migrate.");
        assert_eq!(json["checks"][2]["verdict"], "unknown");
    }
}
