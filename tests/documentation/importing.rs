use std::collections::BTreeSet;
use std::fs;

use registrar_api::router::document;
use registrar_runtime::config::settings_table;

use crate::at_root;

/// Where codes are that importers meet, each as `=> "code",`.
const SOURCES: [&str; 6] = [
    "common/domain/src/row_rejection.rs",
    "common/domain/src/violation.rs",
    "common/import-file/src/error.rs",
    "common/import-file/src/row.rs",
    "api/src/imports/broken_off.rs",
    "api/src/imports/problems.rs",
];

fn codes(source: &str) -> Vec<String> {
    let is_code = |text: &&str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let in_arm = |line: &str| {
        let (_, code) = line.split_once("=> \"")?;
        code.strip_suffix("\",").filter(is_code).map(str::to_owned)
    };
    let alone = |line: &str| {
        let code = line.trim().strip_prefix('"')?.strip_suffix("\",")?;
        Some(code).filter(is_code).filter(|code| code.contains('_')).map(str::to_owned)
    };
    source.lines().filter_map(|line| in_arm(line).or_else(|| alone(line))).collect()
}

fn page() -> String {
    fs::read_to_string(at_root("docs/importing.md")).unwrap()
}

/// What is in backticks or is a number, in the first cell of each row of a section's tables.
fn first_cells(page: &str, section: &str) -> BTreeSet<String> {
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let words = cells.flat_map(|cell| cell.split([',', ' ']).map(|word| word.trim_matches('`')));
    let is_name =
        |word: &str| word.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    words.filter(|word| is_name(word)).map(str::to_owned).collect()
}

#[test]
fn importers_can_look_up_every_code_that_they_meet_and_no_other() {
    let page = page();
    let listed = &first_cells(&page, "Codes of rows") | &first_cells(&page, "Codes of files");
    let fields = ["first_name", "last_name", "email"];
    let met = SOURCES.iter().flat_map(|path| codes(&fs::read_to_string(at_root(path)).unwrap()));
    let met: BTreeSet<_> = met.filter(|code| !fields.contains(&code.as_str())).collect();
    assert!(met.len() > 40, "{met:?}");
    assert_eq!(listed, met);
}

#[test]
fn importers_can_look_up_every_status_of_a_refusal() {
    let document = serde_json::to_value(document()).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    let paths = paths.filter(|(path, _)| path.starts_with("/imports"));
    let operations = paths.flat_map(|(_, path)| path.as_object().unwrap().values());
    let responses = operations.map(|operation| operation["responses"].as_object().unwrap());
    let described: BTreeSet<_> =
        responses.flat_map(|responses| responses.keys().cloned()).collect();
    let refusals = |statuses: &BTreeSet<String>| -> Vec<String> {
        statuses.iter().filter(|status| status.as_str() >= "400").cloned().collect()
    };
    assert_eq!(refusals(&first_cells(&page(), "Answers")), refusals(&described));
}

#[test]
fn the_limits_of_importers_are_the_defaults() {
    let page = page();
    let (_, limits) = page.split_once("\n## Limits\n").unwrap();
    let settings = settings_table::<registrar_api::Settings>();
    for (setting, default, said) in [
        ("IMPORT_BYTES", "1073741824", "1 GiB uncompressed"),
        ("IMPORT_ROWS", "1500000", "1,500,000 rows"),
        ("IMPORT_TIMEOUT", "6h", "6 hours in all"),
        ("IMPORT_IDLE_TIMEOUT", "1m", "one minute without a byte"),
        ("IMPORTS_PER_KEY", "2", "2 uploads at once"),
        ("IMPORTS_PER_MINUTE", "30", "30 a minute"),
        ("IMPORT_ROWS_PER_DAY", "10000000", "10,000,000 rows a day"),
        ("IMPORTS", "16", "16 uploads"),
    ] {
        let row = format!("| `REGISTRAR_{setting}` | `{default}` |");
        assert!(settings.contains(&row), "{row}");
        assert!(limits.contains(said), "{said}");
    }
}

#[test]
fn the_page_has_a_sentence_for_every_code_of_a_file() {
    let texts = fs::read_to_string(at_root("common/texts/en.json")).unwrap();
    let texts: serde_json::Value = serde_json::from_str(&texts).unwrap();
    let sentences = texts["pages"]["import"]["files"].as_object().unwrap();
    let sentences: BTreeSet<_> = sentences.keys().cloned().collect();
    assert_eq!(sentences, first_cells(&page(), "Codes of files"));
}
