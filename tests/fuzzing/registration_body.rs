use std::fmt::Write as _;

use registrar_api::problem::ProblemKind;
use registrar_api::submission::{MediaType, parse_student};
use registrar_domain::Student;
use serde_json::json;

use super::corpus::holds_for;

/// What is a student stays that student, however it is sent again.
fn is_read_or_refused(media_type: MediaType, body: &[u8]) {
    match parse_student(media_type, &body.to_vec().into()) {
        Ok(student) => {
            for (media_type, body) in
                [(MediaType::Json, as_json(&student)), (MediaType::Form, as_form(&student))]
            {
                let again = parse_student(media_type, &body.into());
                assert_eq!(again.unwrap(), student);
            }
        }
        Err(problem) => {
            let known = [ProblemKind::MalformedRequest, ProblemKind::InvalidRegistration];
            assert!(known.contains(&problem.kind()), "{problem:?}");
            let is_invalid = problem.kind() == ProblemKind::InvalidRegistration;
            assert_eq!(is_invalid, !problem.errors().is_empty(), "{problem:?}");
        }
    }
}

fn fields(student: &Student) -> [(&'static str, &str); 3] {
    [
        ("first_name", student.first_name().as_str()),
        ("last_name", student.last_name().as_str()),
        ("email", student.email().as_str()),
    ]
}

fn as_json(student: &Student) -> Vec<u8> {
    let [first_name, last_name, email] = fields(student).map(|(_, value)| value);
    let body = json!({ "first_name": first_name, "last_name": last_name, "email": email });
    body.to_string().into_bytes()
}

fn as_form(student: &Student) -> Vec<u8> {
    let escaped = |value: &str| -> String {
        let mut escaped = String::new();
        value.bytes().for_each(|byte| write!(escaped, "%{byte:02X}").unwrap());
        escaped
    };
    let pairs = fields(student).map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.join("&").into_bytes()
}

#[test]
fn any_json_is_a_student_or_refused() {
    holds_for("json", |body| is_read_or_refused(MediaType::Json, body));
}

#[test]
fn any_form_is_a_student_or_refused() {
    holds_for("form", |body| is_read_or_refused(MediaType::Form, body));
}
