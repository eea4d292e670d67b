//! The probe finds what would prevent storing, and writes nothing.

use registrar_storage::{ErrorClass, MySqlStore, Pool, RegistrationStore as _, StorageError};

use super::fixture::{Fixture, settings};

#[tokio::test]
async fn a_store_that_can_store_passes_its_probe_and_stays_as_it_is() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.store.probe().await, Ok(()));
    assert_eq!(fixture.counts().await, (0, 0, 0));
}

#[tokio::test]
async fn a_missing_right_to_insert_is_found_before_any_message_is_taken() {
    let fixture = Fixture::new().await;
    let error = probed_with(&fixture, &["SELECT ON *"]).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1142)));
    assert!(error.to_string().contains("DATABASE_URL"), "{error}");
}

#[tokio::test]
async fn every_right_that_recording_an_import_needs_is_probed() {
    const NEEDED: [&str; 8] = [
        "INSERT ON imports",
        "UPDATE ON imports",
        "INSERT ON import_chunks",
        "INSERT ON import_errors",
        "UPDATE ON import_errors",
        "DELETE ON import_errors",
        "INSERT ON import_cancellations",
        "INSERT, UPDATE ON dead_letters",
    ];
    let fixture = Fixture::new().await;
    let others = ["SELECT ON *", "INSERT ON students", "INSERT ON rejections"];
    for left_out in 0..=NEEDED.len() {
        let mut rights = others.to_vec();
        rights.extend(NEEDED.iter().enumerate().filter(|(n, _)| *n != left_out).map(|(_, it)| it));
        let probed = probed_with(&fixture, &rights).await;
        assert_eq!(probed.is_ok(), left_out == NEEDED.len(), "{rights:?}: {probed:?}");
    }
}

/// The result of the probe by a user with these rights alone.
async fn probed_with(fixture: &Fixture, rights: &[&str]) -> Result<(), StorageError> {
    let (_, database) = fixture.url.rsplit_once('/').unwrap();
    let user = format!("r{}", database.rsplit_once('_').unwrap().1);
    fixture.sql(&format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'secret'")).await;
    for right in rights {
        let (right, table) = right.split_once(" ON ").unwrap();
        fixture.sql(&format!("GRANT {right} ON {database}.{table} TO '{user}'@'%'")).await;
    }
    let (scheme, rest) = fixture.url.split_once("://").unwrap();
    let (_, place) = rest.rsplit_once('@').unwrap();
    let limited = settings(&format!("{scheme}://{user}:secret@{place}"));
    let probed = MySqlStore::new(Pool::new(&limited)).probe().await;
    fixture.sql(&format!("DROP USER '{user}'@'%'")).await;
    probed
}
