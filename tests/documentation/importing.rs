use std::fs;

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

#[test]
fn importers_can_look_up_every_code_that_they_meet() {
    let document = fs::read_to_string(at_root("docs/importing.md")).unwrap();
    let fields = ["first_name", "last_name", "email"];
    let mut found = 0;
    for path in SOURCES {
        let source = fs::read_to_string(at_root(path)).unwrap();
        for code in codes(&source).iter().filter(|code| !fields.contains(&code.as_str())) {
            found += 1;
            assert!(document.contains(&format!("`{code}`")), "{code} of {path}");
        }
    }
    assert!(found > 40, "{found}");
}
