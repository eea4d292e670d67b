//! The probe finds what would prevent storing, and writes nothing.

use registrar_storage::{ErrorClass, MySqlStore, Pool, RegistrationStore as _};

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
    let (_, database) = fixture.url.rsplit_once('/').unwrap();
    let user = format!("r{}", database.rsplit_once('_').unwrap().1);
    fixture.sql(&format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'secret'")).await;
    fixture.sql(&format!("GRANT SELECT ON {database}.* TO '{user}'@'%'")).await;
    let (scheme, rest) = fixture.url.split_once("://").unwrap();
    let (_, place) = rest.rsplit_once('@').unwrap();
    let reader = settings(&format!("{scheme}://{user}:secret@{place}"));
    let error = MySqlStore::new(Pool::new(&reader)).probe().await.unwrap_err();
    fixture.sql(&format!("DROP USER '{user}'@'%'")).await;
    assert_eq!((error.class(), error.code()), (ErrorClass::System, Some(1142)));
    assert!(error.to_string().contains("DATABASE_URL"), "{error}");
}
