//! What the tables say of imports, by SQL of its own.

use std::collections::HashMap;

use registrar_domain::ImportId;
use sqlx::Row as _;

use crate::oracle::Oracle;
use crate::student::Student;

const STUDENTS: &str = "SELECT first_name, last_name, email, import_id, import_row
    FROM students WHERE email LIKE CONCAT('%', ?)";

/// Everything that has an outcome by a row of an import: each once, however often it was uploaded.
const OUTCOMES: &str = "SELECT COUNT(*) FROM (
    SELECT registration_id FROM students WHERE import_id IS NOT NULL
    UNION SELECT registration_id FROM rejections JOIN import_errors USING (registration_id)
    UNION SELECT registration_id FROM dead_letters JOIN import_errors USING (registration_id)
        WHERE state = 'held') outcomes";

/// A student, and the row of an import that it came from.
pub(super) struct StoredStudent {
    pub(super) student: Student,
    pub(super) from: Option<(ImportId, u32)>,
}

/// Messages of imports that are settled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Messages {
    /// On the bulk lane.
    pub(super) chunks: usize,
    /// Ends of uploads, and cancellations: on the other.
    pub(super) others: usize,
    /// The outcomes that the chunks brought about.
    pub(super) outcomes: usize,
}

/// The students whose addresses end like this, by their addresses.
pub(super) async fn students(oracle: &Oracle, domain: &str) -> HashMap<String, StoredStudent> {
    let rows = sqlx::query(STUDENTS).bind(domain).fetch_all(&oracle.pool).await.unwrap();
    let mut students = HashMap::new();
    for row in rows {
        let (first_name, last_name, email) = (row.get(0), row.get(1), row.get(2));
        let (import, number): (Option<Vec<u8>>, Option<u32>) = (row.get(3), row.get(4));
        let import = import.map(|id| ImportId::from_bytes(id.try_into().unwrap()));
        let student = Student { first_name, last_name, email };
        let stored = StoredStudent { from: import.zip(number), student };
        let other = students.insert(stored.student.email.clone(), stored);
        assert!(other.is_none(), "an address is registered twice");
    }
    students
}

/// The messages that are recorded.
pub(super) async fn messages(oracle: &Oracle) -> Messages {
    let outcomes: i64 = sqlx::query_scalar(OUTCOMES).fetch_one(&oracle.pool).await.unwrap();
    let ends = oracle.count("imports WHERE manifest_at IS NOT NULL").await;
    Messages {
        chunks: oracle.count("import_chunks").await,
        others: ends + oracle.count("import_cancellations").await,
        outcomes: usize::try_from(outcomes).unwrap(),
    }
}
