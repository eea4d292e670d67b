//! Statements and commits, from the database server's own counters.

use registrar_domain::{DerivationKey, IdempotencyKey, Registration, RegistrationId, Student};
use registrar_storage::{MySqlStore, Pool, RegistrationStore as _};
use registrar_tests::api::Api;
use registrar_tests::generator::Ask;
use registrar_tests::program::DERIVATION_SECRET;
use registrar_tests::servers::Fresh;
use registrar_tests::student;
use registrar_tests::worker::Worker;

use crate::counters::{Counters, Reader};
use crate::instructions::{registered, send};

const SIZES: [usize; 4] = [1, 27, 100, 512];
/// After this every statement is prepared.
const WARM_UP: usize = 2;
const BACKLOG: usize = 10_000;

/// What a batch consists of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Ids that were never used.
    Fresh,
    /// Ids from idempotency keys.
    Keyed,
    /// Fresh, and a tenth with the address of a registered student.
    TenthDuplicates,
}

/// What one batch took.
pub(crate) struct Batch {
    /// How many rows.
    pub(crate) rows: usize,
    /// Which.
    pub(crate) kind: Kind,
    /// What was sent for it.
    pub(crate) sent: Counters,
}

/// What the store sends for batches of each size and kind.
pub(crate) async fn by_batch() -> Vec<Batch> {
    let home = Fresh::migrated().await;
    let store = MySqlStore::new(Pool::new(&home.servers.database_settings()));
    let mut reader = Reader::connect(&home.servers).await;
    let mut batches = Vec::new();
    for kind in [Kind::Fresh, Kind::Keyed, Kind::TenthDuplicates] {
        for rows in SIZES {
            for _ in 0..WARM_UP {
                store.store(&batch(kind, rows, &store).await).await.unwrap();
            }
            let batch = batch(kind, rows, &store).await;
            let before = reader.read().await;
            store.store(&batch).await.unwrap();
            batches.push(Batch { rows, kind, sent: reader.since(before).await });
        }
    }
    batches
}

/// Everything that a worker sends from its start until a backlog of single messages is stored, by
/// rows of it; with the ledger.
pub(crate) async fn of_a_backlog() -> (usize, Counters) {
    let home = Fresh::migrated().await;
    let mut api = Api::begin_program("registrar-api", &home.servers, &[]).await;
    api.ready().await;
    send(&api, Ask::register(), BACKLOG, 64).await;
    api.program.stop(std::time::Duration::from_secs(20));
    let mut reader = Reader::connect(&home.servers).await;
    let before = reader.read().await;
    let worker = Worker::begin_program("registrar-worker", &home.servers, &[]).await;
    registered(&worker, BACKLOG).await;
    (BACKLOG, reader.since(before).await)
}

async fn batch(kind: Kind, rows: usize, store: &MySqlStore) -> Vec<Registration> {
    let mut students: Vec<_> = (0..rows).map(|_| student::Student::unique()).collect();
    if matches!(kind, Kind::TenthDuplicates) {
        let duplicates = &students[..rows.div_ceil(10)];
        let before: Vec<_> = duplicates.iter().map(|student| registration(student, kind)).collect();
        store.store(&before).await.unwrap();
        students.rotate_left(rows / 2);
    }
    students.iter().map(|student| registration(student, kind)).collect()
}

fn registration(student: &student::Student, kind: Kind) -> Registration {
    let student = Student::parse(&student.first_name, &student.last_name, &student.email).unwrap();
    let id = match kind {
        Kind::Keyed => {
            let secret = DerivationKey::new(&DERIVATION_SECRET.into());
            IdempotencyKey::generate().registration_id(&secret, "register", &student)
        }
        Kind::Fresh | Kind::TenthDuplicates => RegistrationId::generate(),
    };
    Registration::now(id, student)
}
