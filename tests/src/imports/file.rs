use std::fmt::Write as _;

use uuid::Uuid;

use crate::student::Student;

const HEADER: &str = "first_name,last_name,email\n";
/// The number of the first row, as a spreadsheet shows it.
const FIRST_ROW: u32 = 2;
/// Of so many rows, one has an address that is none.
const INVALID_EVERY: usize = 500;
/// Of so many rows, one is the same as a row far before it.
const REPEATED_EVERY: usize = 700;
/// Of so many rows, one is another student with the address of a row far before it.
const SHARED_EVERY: usize = 900;

/// A file with students of its own, and with rows of every kind that does not become a student.
#[derive(Debug)]
pub struct StudentFile {
    pub(super) rows: Vec<Row>,
    /// What all addresses of the file's own students end with.
    pub(super) domain: String,
}

/// A row, and what may become of it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) student: Student,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A student of its own.
    Single,
    /// Another row has the same address; one of the two becomes a student.
    Paired,
    /// Its address is none.
    Invalid,
    /// A student who came by the form has its address.
    Taken,
    /// MySQL refuses it.
    Refused,
}

impl StudentFile {
    /// A file of so many rows. One has the address of a student who is registered already, and one has
    /// a first name that MySQL refuses.
    pub fn new(rows: usize, registered: &Student, refused_name: &str) -> Self {
        let domain = format!("@{}.example.com", Uuid::now_v7().simple());
        let mut file = Self { rows: Vec::new(), domain };
        for position in 0..rows {
            let (student, kind) = match position {
                7 => (Student { first_name: "Eve".to_owned(), ..registered.clone() }, Kind::Taken),
                8 => (file.student(refused_name, position), Kind::Refused),
                _ if position % INVALID_EVERY == 9 => {
                    let email = format!("no address {position}");
                    (Student { email, ..file.student("Ada", position) }, Kind::Invalid)
                }
                _ if position > rows / 2 && position.is_multiple_of(REPEATED_EVERY) => {
                    (file.pair(position, "Ada"), Kind::Paired)
                }
                _ if position > rows / 2 && position.is_multiple_of(SHARED_EVERY) => {
                    (file.pair(position, "Eda"), Kind::Paired)
                }
                _ => (file.student("Ada", position), Kind::Single),
            };
            let number = FIRST_ROW + u32::try_from(position).unwrap();
            file.rows.push(Row { number, student, kind });
        }
        file
    }

    fn student(&self, first_name: &str, position: usize) -> Student {
        Student {
            first_name: first_name.to_owned(),
            last_name: "King".to_owned(),
            email: format!("student{position}{}", self.domain),
        }
    }

    /// The student of a row in another chunk, or one with the same address.
    fn pair(&mut self, position: usize, first_name: &str) -> Student {
        let mut earlier = self.rows[position / 2..].iter_mut();
        let row = earlier.find(|row| row.kind == Kind::Single).unwrap();
        row.kind = Kind::Paired;
        Student { first_name: first_name.to_owned(), ..row.student.clone() }
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows break a rule.
    pub fn invalid(&self) -> usize {
        self.of_kind(Kind::Invalid)
    }

    /// How many students there are once all of it is imported.
    pub fn students(&self) -> usize {
        self.of_kind(Kind::Single) + self.of_kind(Kind::Paired) / 2
    }

    /// How many rows are on hold then.
    pub fn refused(&self) -> usize {
        self.of_kind(Kind::Refused)
    }

    fn of_kind(&self, kind: Kind) -> usize {
        self.rows.iter().filter(|row| row.kind == kind).count()
    }

    /// As it is uploaded: its two halves.
    pub fn halves(&self) -> [String; 2] {
        let (first, second) = self.rows.split_at(self.rows.len() / 2);
        [HEADER.to_owned() + &text(first), text(second)]
    }
}

fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    for Row { student: Student { first_name, last_name, email }, .. } in rows {
        writeln!(text, "{first_name},{last_name},{email}").unwrap();
    }
    text
}

impl Row {
    /// Whether a row may be in the error file with this code.
    pub(super) fn may_fail_with(&self, code: &str, is_cancelled: bool) -> bool {
        match (self.kind, code) {
            (Kind::Invalid, code) => code == "invalid_email",
            (_, "import_cancelled") => is_cancelled,
            (Kind::Paired, "same_as_row" | "email_of_row" | "email_already_registered")
            | (Kind::Taken, "email_already_registered")
            | (Kind::Refused, "on_hold") => true,
            _ => false,
        }
    }
}
