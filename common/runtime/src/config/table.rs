//! The settings as a table for the documents, made from what clap knows.

use clap::{Arg, CommandFactory};

/// A Markdown table of every setting that has an environment variable: variable, default, meaning.
///
/// Made from the code, so that a test can hold docs/operations/settings.md to it.
pub fn settings_table<C: CommandFactory>() -> String {
    let command = C::command();
    let rows = command.get_arguments().filter_map(row);
    ["| Variable | Default | Meaning |".to_owned(), "|---|---|---|".to_owned()]
        .into_iter()
        .chain(rows)
        .map(|line| line + "\n")
        .collect()
}

fn row(arg: &Arg) -> Option<String> {
    let variable = arg.get_env().filter(|_| !arg.is_hide_set())?.to_string_lossy();
    Some(format!("| `{variable}` | {} | {} |", default_of(arg), meaning_of(arg)))
}

fn default_of(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
    match (values.is_empty(), arg.is_required_set()) {
        (false, _) => format!("`{}`", values.join(",").replace('|', "\\|")),
        (true, true) => "required".to_owned(),
        (true, false) => "none".to_owned(),
    }
}

fn meaning_of(arg: &Arg) -> String {
    let text = arg.get_long_help().or_else(|| arg.get_help());
    let text = text.map(ToString::to_string).unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}
