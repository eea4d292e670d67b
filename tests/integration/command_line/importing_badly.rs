//! What `registrar import` says when it does nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::importing::Importing;
use super::registrar;

const FILE: &str = "first_name,last_name,email\nAda,King,ada@example.com\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_hinders_an_import_is_one_sentence_that_says_what_to_do() {
    let importing = Importing::start().await;
    let file = importing.write("list.csv", FILE);
    let folder = importing.path("");
    let folder = folder.to_str().unwrap();
    let no_contact = importing.write("contacts.csv", FILE.replace("email", "Kontakt"));
    let pdf = importing.write("list.pdf", "%PDF-1.7\n");
    let taken = importing.write("taken.csv", FILE);
    importing.write("taken.csv.errors.csv", "my own notes");
    for (arguments, sentence) in [
        (&[&*format!("{file}x")][..], "There is no file "),
        (&[folder], "is a folder."),
        (&[&file, "--key-file", "/nowhere"], "The key cannot be read from /nowhere: No such file"),
        (&[&no_contact], "such as --column email=NAME."),
        (&[&pdf], "a PDF document"),
        (&[&file, "--column", "mail=Kontakt"], "first_name, last_name or email"),
        (&[&file, "--encoding", "klingon"], "the name of an encoding"),
        (&[&file, "--sheet", "Liste"], "leave --sheet out"),
        (&[&file, "--api-url", "http://127.0.0.1:9"], "does not answer"),
        (&[&file, "--api-url", "http://nowhere.invalid"], "Set REGISTRAR_API_URL"),
        (&[&taken, "--wait"], "it is not overwritten"),
        (&["show", "06CX7H2T01R010000000000004FBA5YTS330"], ""),
    ] {
        let ended = importing.import(arguments).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(sentence), "{arguments:?}: {ended:?}");
        let progress = ended.stderr.lines().filter(|line| line.starts_with("Uploading: ")).count();
        assert_eq!(ended.stderr.lines().count() - progress, 1, "{arguments:?}: {ended:?}");
    }
    assert_eq!(importing.students().await, 0);
    let found = importing.import(&[&no_contact, "--column", "email=Kontakt"]).await;
    assert_eq!(found.code, Some(0), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_that_is_valid_it_is_said_where_one_comes_from() {
    let importing = Importing::start().await;
    let file = importing.write("list.csv", FILE);
    let url = [("REGISTRAR_API_URL", importing.api.url.as_str())];
    let none = registrar(&["import", &file], &url).await;
    let wrong = [url[0], ("REGISTRAR_IMPORT_KEY", "registrar_1")];
    let wrong = registrar(&["import", &file], &wrong).await;
    for ended in [none, wrong] {
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains("`registrar keys create NAME`"), "{ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "nothing is uploaded: {ended:?}");
    }
    let key_file = importing.write("key", format!("{}\n", importing.key));
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
    let ended = registrar(&["import", &file, "--key-file", &key_file], &url).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
