use std::sync::{Arc, Mutex};

use time::macros::datetime;
use tokio::time::sleep;

use super::*;
use crate::ErrorClass;

const MINUTE: Duration = Duration::from_mins(1);

/// A database with these pauses; `None` while it is away.
#[derive(Clone, Default)]
struct Database(Arc<Mutex<Option<Vec<LanePause>>>>);

impl Database {
    fn says(&self, pauses: Option<&[LanePause]>) {
        *self.0.lock().unwrap() = pauses.map(<[_]>::to_vec);
    }
}

impl PauseSource for Database {
    async fn in_force(&self) -> Result<Vec<LanePause>, StorageError> {
        let away = StorageError::new(ErrorClass::Transient, "away", "MySQL is away.");
        self.0.lock().unwrap().clone().ok_or(away)
    }
}

fn pause(id: u64, left: Duration) -> LanePause {
    LanePause {
        id,
        lane: Lane::Bulk,
        until: datetime!(2026-01-02 03:04:05 UTC),
        left,
        reason: "a test".to_owned(),
        by: "ada".to_owned(),
        since: datetime!(2026-01-02 03:00:00 UTC),
    }
}

fn watching(database: &Database) -> PauseWatch {
    let (watch, task) = PauseWatch::new(database.clone());
    tokio::spawn(task.run(CancellationToken::new()));
    watch
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_heard_of_within_seconds_and_is_one_of_its_lane_only() {
    let database = Database::default();
    database.says(Some(&[]));
    let watch = watching(&database);
    watch.wait_until_read().await;
    assert!(watch.now(Lane::Bulk).is_none());
    let began = Instant::now();
    database.says(Some(&[pause(1, MINUTE)]));
    watch.changed(Lane::Bulk, None).await;
    assert!(began.elapsed() <= INTERVAL);
    assert_eq!(watch.now(Lane::Bulk).unwrap().until_text(), "2026-01-02 03:04:05 UTC");
    assert!(watch.now(Lane::Interactive).is_none());
    let left = watch.left(Lane::Bulk).unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(watch.left(Lane::Bulk).unwrap() + Duration::from_secs(1), left);
    assert_eq!(watch.left(Lane::Interactive), None);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_away_neither_resumes_nor_prolongs_a_pause() {
    let database = Database::default();
    database.says(Some(&[pause(1, MINUTE)]));
    let watch = watching(&database);
    watch.changed(Lane::Bulk, None).await;
    let began = Instant::now();
    database.says(None);
    sleep(Duration::from_secs(59)).await;
    let paused = watch.now(Lane::Bulk).unwrap();
    watch.changed(Lane::Bulk, Some(&paused)).await;
    assert_eq!(began.elapsed(), MINUTE);
    assert!(watch.now(Lane::Bulk).is_none());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_known_before_the_database_answered_once() {
    let database = Database::default();
    let watch = watching(&database);
    tokio::select! {
        () = watch.wait_until_read() => panic!("nothing was read"),
        () = sleep(MINUTE) => {}
    }
    database.says(Some(&[]));
    watch.wait_until_read().await;
}

#[tokio::test(start_paused = true)]
async fn a_resume_and_a_longer_pause_are_changes_and_reading_the_same_again_is_none() {
    let database = Database::default();
    database.says(Some(&[pause(1, MINUTE)]));
    let watch = watching(&database);
    watch.changed(Lane::Bulk, None).await;
    let first = watch.now(Lane::Bulk).unwrap();
    tokio::select! {
        () = watch.changed(Lane::Bulk, Some(&first)) => panic!("nothing changed"),
        () = sleep(MINUTE / 2) => {}
    }
    database.says(Some(&[pause(2, 2 * MINUTE)]));
    watch.changed(Lane::Bulk, Some(&first)).await;
    let longer = watch.now(Lane::Bulk).unwrap();
    assert_eq!(longer.id, 2);
    database.says(Some(&[]));
    watch.changed(Lane::Bulk, Some(&longer)).await;
    assert!(watch.now(Lane::Bulk).is_none());
}
