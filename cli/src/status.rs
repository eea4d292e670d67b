//! `registrar status REFERENCE`

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use registrar_runtime::config::SecretUrl;
use registrar_runtime::output::print_line;
use serde_json::Value;
use ureq::http::StatusCode;

use crate::api_url::api_url;

const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The reference that was given when the registration was accepted.
    reference: String,

    /// Where the API is.
    #[arg(long, env = "REGISTRAR_API_URL", default_value = "http://127.0.0.1:5000")]
    #[arg(value_parser = api_url())]
    api_url: SecretUrl,

    /// Print the API's answer as it is.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (http_status, answer) = look_up(&arguments.api_url, &arguments.reference)?;
    if arguments.json {
        print_line(&answer)?;
    } else {
        print_line(describe(&answer))?;
    }
    Ok(ExitCode::from(exit_code(http_status, &answer)))
}

fn look_up(api_url: &SecretUrl, reference: &str) -> anyhow::Result<(StatusCode, Value)> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT))
        .build()
        .into();
    // A reference has only letters and digits; anything else must not become part of the URL.
    let reference: String = reference.chars().filter(char::is_ascii_alphanumeric).collect();
    let url = format!("{}/registrations/{reference}", api_url.expose().trim_end_matches('/'));
    let mut response = agent.get(&url).call().with_context(|| {
        format!("The API at {api_url} does not answer. Is it running? Set REGISTRAR_API_URL to where it is.")
    })?;
    let answer = response.body_mut().read_json().with_context(|| {
        format!("{api_url} answers, but not as Registrar's API does. Check REGISTRAR_API_URL.")
    })?;
    Ok((response.status(), answer))
}

fn describe(answer: &Value) -> String {
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let mut lines = vec![text("message").unwrap_or("The API gave no message.").to_owned()];
    let details = [
        ("Status", "status"),
        ("Code", "code"),
        ("Accepted", "accepted_at"),
        ("Decided", "decided_at"),
    ];
    for (label, key) in details {
        lines.extend(text(key).map(|value| format!("{label}: {value}")));
    }
    lines.join("\n")
}

fn exit_code(http_status: StatusCode, answer: &Value) -> u8 {
    if !http_status.is_success() {
        return 2;
    }
    match answer.get("status").and_then(Value::as_str) {
        Some("registered") => 0,
        Some("rejected" | "on_hold") => 1,
        Some("accepted") => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_exit_code_says_what_became_of_the_registration() {
        for (http_status, status, expected) in [
            (200, "registered", 0),
            (200, "rejected", 1),
            (200, "on_hold", 1),
            (200, "accepted", 3),
            (200, "something new", 2),
            (404, "registered", 2),
        ] {
            let http_status = StatusCode::from_u16(http_status).unwrap();
            assert_eq!(exit_code(http_status, &json!({"status": status})), expected, "{status}");
        }
    }

    #[test]
    fn an_answer_is_described_in_lines_for_people() {
        let answer = json!({
            "status": "rejected",
            "message": "This email address is registered already.",
            "code": "email_already_registered",
            "accepted_at": "2026-01-01T00:00:00Z",
        });
        assert_eq!(
            describe(&answer),
            "This email address is registered already.\nStatus: rejected\n\
             Code: email_already_registered\nAccepted: 2026-01-01T00:00:00Z"
        );
    }
}
