use std::{env, fs};

use registrar_runtime::config::settings_table;

use crate::at_root;

/// With this variable set, the test writes the tables instead of comparing them.
const UPDATE: &str = "UPDATE_DOCS";

#[test]
fn the_documents_list_every_setting_as_the_code_has_it() {
    let path = at_root("docs/operations/settings.md");
    let document = fs::read_to_string(&path).unwrap();
    let updated = [
        ("api", settings_table::<registrar_api::Settings>()),
        ("worker", settings_table::<registrar_worker::settings::Settings>()),
    ]
    .iter()
    .fold(document.clone(), |text, (process, table)| replace_table(&text, process, table));
    if env::var_os(UPDATE).is_some() {
        fs::write(&path, updated).unwrap();
    } else {
        assert_eq!(
            document, updated,
            "the settings changed: run {UPDATE}=1 cargo test -p registrar-tests --test documentation"
        );
    }
}

#[test]
fn the_doctor_knows_every_setting_of_this_version() {
    let tables = [
        settings_table::<registrar_api::Settings>(),
        settings_table::<registrar_worker::settings::Settings>(),
    ];
    // The command line has its settings in subcommands, which the table leaves out.
    let own = [
        "REGISTRAR_API_URL",
        "REGISTRAR_IMPORT_KEY",
        "REGISTRAR_OPERATOR",
        "REGISTRAR_RABBITMQ_MANAGEMENT_URL",
    ];
    let words = tables.iter().flat_map(|table| table.split('`'));
    let mut names: Vec<_> = words.filter(|word| word.starts_with("REGISTRAR_")).collect();
    names.extend(own);
    names.sort_unstable();
    names.dedup();
    let mut known: Vec<_> = registrar_cli::variables().collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known, names);
}

fn replace_table(text: &str, process: &str, table: &str) -> String {
    let (begin, end) =
        (format!("<!-- settings of {process} -->"), format!("<!-- end of {process} -->"));
    let (before, rest) = text.split_once(&begin).expect("the document has a mark for each table");
    let (_, after) = rest.split_once(&end).expect("the document has an end for each mark");
    format!("{before}{begin}\n{}\n{end}{after}", table.trim_end())
}
