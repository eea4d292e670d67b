use std::collections::BTreeSet;
use std::fs;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory};
use registrar_cli::Arguments;

use crate::at_root;
use crate::documents::documents;

/// Commands that a document names in backticks or has as a line of an example, without what follows `#`.
fn commands(document: &str) -> impl Iterator<Item = &str> {
    let named = document.split('`').skip(1).step_by(2);
    let examples = document.lines().map(|line| line.strip_prefix("$ ").unwrap_or(line));
    named.chain(examples).filter_map(|text| text.split('#').next())
}

/// What follows this word at the beginning of a command, of all documents but the changelog, which names
/// commands that have gone.
fn that_begin_with(word: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let current = documents().into_iter().filter(|(path, _)| !path.ends_with("CHANGELOG.md"));
    for (path, text) in current {
        let rest = commands(&text)
            .filter_map(|command| command.strip_prefix(word))
            .filter(|rest| !rest.starts_with(' '));
        found.extend(rest.map(|rest| (path.display().to_string(), rest.trim().to_owned())));
    }
    found
}

/// The words of a command as a shell splits them.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for character in command.chars() {
        match (character, quote) {
            ('"' | '\'', None) => quote = Some(character),
            (end, Some(begin)) if end == begin => quote = None,
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    // A document writes the name of a value in capitals.
    words.iter_mut().filter(|word| *word == "NUMBER").for_each(|word| "1".clone_into(word));
    words
}

/// The command line without its settings, which come from the environment.
fn without_settings(command: Command) -> Command {
    command
        .mut_args(|arg| if arg.get_env().is_some() { arg.required(false) } else { arg })
        .mut_subcommands(without_settings)
}

#[test]
fn every_registrar_command_of_a_document_is_accepted_by_the_command_line() {
    let found = that_begin_with("registrar ");
    assert!(found.len() > 40, "the documents have commands: {found:?}");
    let refused: Vec<_> = found
        .into_iter()
        .filter_map(|(path, arguments)| {
            let words = [vec!["registrar".to_owned()], words(&arguments)].concat();
            let parsed = without_settings(Arguments::command()).try_get_matches_from(words);
            match parsed.err()?.kind() {
                // Named as a whole, and not as a line to type.
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => None,
                ErrorKind::MissingRequiredArgument if !arguments.contains(' ') => None,
                kind => Some(format!("{path}: registrar {arguments}: {kind}")),
            }
        })
        .collect();
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn every_make_target_of_a_document_exists() {
    let makefile = fs::read_to_string(at_root("Makefile")).unwrap();
    let targets: BTreeSet<_> =
        makefile.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    let found = that_begin_with("make ");
    assert!(found.len() > 20, "the documents name targets: {found:?}");
    let missing: Vec<_> = found
        .into_iter()
        .filter(|(_, rest)| !rest.split(' ').next().is_some_and(|name| targets.contains(name)))
        .collect();
    assert_eq!(missing, Vec::new());
}

#[test]
fn every_script_of_a_document_exists() {
    let found = that_begin_with("scripts/");
    assert!(found.len() > 10, "the documents name scripts: {found:?}");
    let is_missing = |(_, rest): &(_, String)| {
        !rest.split(' ').next().is_some_and(|name| at_root("scripts").join(name).exists())
    };
    assert_eq!(found.into_iter().filter(is_missing).collect::<Vec<_>>(), Vec::new());
}
