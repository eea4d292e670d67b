use registrar_import_file::ColumnNames;
use serde_json::json;

use super::*;

const FILE: &str = "a,first_name,last_name,email\n1,Ada,King,a@b.c\n'2,Bob,King,b\n";
const LIST: &str = "\u{feff}_row,first_name,last_name,email,_column,_code,_advice\r\n\
                    3,Bob,King,b,email,invalid_email,Enter one.\r\n";

fn options() -> Options {
    let column_names = ColumnNames::default();
    Options { encoding: None, delimiter: None, column_names, max_bytes: u64::MAX }
}

fn written_of(folder: &Path, import: &Value, listed: &str) -> anyhow::Result<Written> {
    let list = folder.join("list.csv");
    fs::write(&list, FILE)?;
    let options = options();
    let source = Source::open(&list, None, &options)?;
    let place = Place::new(&folder.join("list.csv.errors.csv"))?;
    place.write((&source, &options), import, listed.as_bytes(), &Interrupt::default())
}

fn written(folder: &Path, listed: &str) -> anyhow::Result<Written> {
    written_of(folder, &json!({}), listed)
}

fn refused(folder: &Path, import: &Value, listed: &str) -> String {
    written_of(folder, import, listed).err().unwrap().to_string()
}

#[test]
fn rows_that_did_not_make_it_are_written_with_all_of_their_columns() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        assert_eq!(written(folder.path(), LIST).unwrap().rows, 1);
        let file = fs::read_to_string(folder.path().join("list.csv.errors.csv")).unwrap();
        let expected = "\u{feff}_row,_column,_code,_advice,a,first_name,last_name,email\r\n\
                        3,email,invalid_email,Enter one.,''2,Bob,King,b\r\n";
        assert_eq!(file, expected);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_was_corrected_in_an_older_one_is_kept_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv.errors.csv");
    written(folder.path(), LIST).unwrap();
    for name in ["list.csv.errors.before.csv", "list.csv.errors.before-2.csv"] {
        let corrected = fs::read_to_string(&path).unwrap().replace("King,b", "King,b@example.com");
        fs::write(&path, &corrected).unwrap();
        let before = written(folder.path(), LIST).unwrap().before.unwrap();
        assert_eq!(before, folder.path().join(name));
        assert_eq!(fs::read_to_string(&before).unwrap(), corrected);
        assert_ne!(fs::read_to_string(&path).unwrap(), corrected);
    }
}

#[test]
fn an_import_without_failures_leaves_an_older_one_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv.errors.csv");
    written(folder.path(), LIST).unwrap();
    let older = fs::read(&path).unwrap();
    let header = LIST.split_inclusive('\n').next().unwrap();
    assert_eq!(written(folder.path(), header).unwrap().rows, 0);
    assert_eq!(fs::read(&path).unwrap(), older);
}

#[test]
fn what_is_no_error_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv.errors.csv");
    fs::write(&path, "my own notes").unwrap();
    let sentence = refused(folder.path(), &json!({}), LIST);
    assert!(sentence.contains("it is not overwritten"), "{sentence}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "my own notes");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(written(folder.path(), LIST).is_err());
}

#[test]
fn a_folder_that_takes_no_file_is_refused_with_the_reason() {
    // Not even root can make one there.
    let refused = Place::new(Path::new("/proc/list.csv.errors.csv")).err().unwrap().to_string();
    let sentence = "/proc/list.csv.errors.csv cannot be written: ";
    assert!(refused.strip_prefix(sentence).is_some_and(|why| why.len() > 5), "{refused}");
    let nowhere = Place::new(Path::new("/nowhere/list.csv.errors.csv")).err().unwrap();
    assert!(nowhere.to_string().starts_with("There is no folder /nowhere"), "{nowhere}");
}

#[test]
fn a_list_that_is_cut_off_or_of_another_file_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    for listed in [&LIST.replace("3,Bob", "9,Bob"), "<html>", "_row,a\n"] {
        assert!(written(folder.path(), listed).is_err(), "{listed}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

/// Of an upload that broke off the service has no hash.
#[test]
fn a_file_that_was_changed_since_is_refused_at_the_first_row_that_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let import = json!({"broken_off": "upload_broken_off"});
    let changed = LIST.replace("3,Bob,King,b", "3,Eve,King,e");
    let sentence = refused(folder.path(), &import, &changed);
    assert!(sentence.starts_with("Row 3 of the file is not the row"), "{sentence}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(written_of(folder.path(), &import, LIST).unwrap().rows, 1);
}

#[test]
fn a_file_that_is_not_what_was_imported_is_refused_though_it_has_such_rows() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list.csv");
    fs::write(&list, FILE).unwrap();
    let source = Source::open(&list, None, &options()).unwrap();
    let length = FILE.len() as u64;
    let of_all = source.sha256(length).unwrap();
    let import = json!({"sha256": of_all, "bytes": length});
    assert_eq!(written_of(folder.path(), &import, LIST).unwrap().rows, 1);
    let of_a_part = source.sha256(length - 2).unwrap();
    let import = json!({"sha256": of_a_part, "bytes": length - 2, "broken_off": "too_many_rows"});
    assert_eq!(written_of(folder.path(), &import, LIST).unwrap().rows, 1);
    let import = json!({"sha256": of_a_part, "bytes": length});
    let sentence = refused(folder.path(), &import, LIST);
    assert!(sentence.starts_with("list.csv is not the file that was imported"), "{sentence}");
    // Also when a row is missing in it.
    let sentence = refused(folder.path(), &import, &LIST.replace("3,Bob", "9,Bob"));
    assert!(sentence.starts_with("list.csv is not the file that was imported"), "{sentence}");
}
