//! Whether a file is uploaded again, and when. To do so is always right: what is registered stays as
//! it is.

use std::time::Duration;

use serde_json::Value;
use ureq::http::StatusCode;

use crate::import::client::{Answer, NoAnswer};

/// A file is uploaded so many times at most.
const TRIES: u32 = 6;
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// What is to wait longer than this is for a person to decide.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// When to upload again after this try, counted from 1; `None` when it is over, one way or another.
/// `sent` says whether any byte was sent so far: an API that was never there is rather a typing error.
pub(super) fn delay_after(
    tried: u32,
    sent: bool,
    result: &Result<Answer, NoAnswer>,
) -> Option<Duration> {
    let asked = match result {
        Ok(answer) if is_passing(answer) => answer.retry_after,
        Err(NoAnswer::Unreachable(_)) if sent => None,
        Err(NoAnswer::Broken(_)) => None,
        Err(NoAnswer::Foreign { status, .. }) if is_passing_status(*status) => None,
        _ => return None,
    };
    let delay = asked.unwrap_or(FIRST_DELAY * 2_u32.saturating_pow(tried - 1));
    (tried < TRIES && delay <= LONGEST_DELAY).then_some(delay)
}

/// Whether rows may have been accepted by a try that sent so many bytes and did not arrive: they are
/// queued while the file is uploaded.
pub(super) fn may_be_taken(sent: u64, result: &Result<Answer, NoAnswer>) -> bool {
    match result {
        Ok(answer) if answer.status.is_success() => true,
        Ok(answer) => answer.text("type").is_some_and(|kind| {
            ["import-interrupted", "internal-error", "timeout"]
                .iter()
                .any(|end| kind.ends_with(end))
        }),
        Err(NoAnswer::Broken(_)) => sent > 0,
        Err(NoAnswer::Foreign { status, .. }) => sent > 0 && is_passing_status(*status),
        Err(NoAnswer::Unreachable(_)) => false,
    }
}

fn is_passing(answer: &Answer) -> bool {
    if answer.status.is_success() {
        let code = answer.body.pointer("/broken_off/code").and_then(Value::as_str);
        return code.is_some_and(is_passing_code);
    }
    let errors = answer.body.get("errors").and_then(Value::as_array);
    let mut codes = errors.into_iter().flatten().filter_map(|error| error.get("code")?.as_str());
    is_passing_status(answer.status) || codes.any(is_passing_code)
}

/// Of an upload that ended before its file did.
fn is_passing_code(code: &str) -> bool {
    matches!(code, "upload_broken_off" | "upload_too_slow" | "service_stopping")
}

fn is_passing_status(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16, body: Value, retry_after_s: Option<u64>) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, body, retry_after: retry_after_s.map(Duration::from_secs) }
    }

    fn broken() -> Result<Answer, NoAnswer> {
        Err(NoAnswer::Broken("reset".to_owned()))
    }

    #[test]
    fn a_broken_connection_is_tried_again_a_few_times_and_each_time_later() {
        let delays: Vec<_> = (1..=6).map(|tried| delay_after(tried, true, &broken())).collect();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(delays, [seconds(1), seconds(2), seconds(4), seconds(8), seconds(16), None]);
    }

    #[test]
    fn what_passes_is_tried_again_after_the_time_that_the_api_names() {
        for (answer, expected) in [
            (answer(503, json!({}), Some(5)), Some(5)),
            (answer(503, json!({}), None), Some(1)),
            (answer(429, json!({}), Some(7)), Some(7)),
            (answer(429, json!({}), Some(3_600)), None),
            (answer(408, json!({}), None), Some(1)),
            (answer(400, json!({"errors": [{"code": "upload_broken_off"}]}), None), Some(1)),
            (answer(400, json!({"errors": [{"code": "malformed"}]}), None), None),
            (answer(202, json!({"broken_off": {"code": "service_stopping"}}), None), Some(1)),
            (answer(202, json!({"broken_off": {"code": "gzip_broken"}}), None), None),
            (answer(202, json!({}), None), None),
            (answer(401, json!({}), None), None),
            (answer(422, json!({"errors": [{"code": "columns_missing"}]}), Some(1)), None),
        ] {
            let delay = delay_after(1, true, &Ok(answer)).map(|delay| delay.as_secs());
            assert_eq!(delay, expected);
        }
    }

    #[test]
    fn rows_may_have_been_accepted_unless_it_is_certain_that_none_were() {
        let interrupted = json!({"type": "/docs#import-interrupted"});
        let foreign = |status| {
            let status = StatusCode::from_u16(status).unwrap();
            Err(NoAnswer::Foreign { url: String::new(), status })
        };
        for (sent, result, expected) in [
            (9, broken(), true),
            (0, broken(), false),
            (9, Ok(answer(202, json!({"broken_off": {"code": "gzip_broken"}}), None)), true),
            (9, Ok(answer(503, interrupted, None)), true),
            (9, Ok(answer(500, json!({"type": "/docs#internal-error"}), None)), true),
            (9, Ok(answer(504, json!({"type": "/docs#timeout"}), None)), true),
            (9, Ok(answer(503, json!({"type": "/docs#cannot-accept-now"}), None)), false),
            (9, Ok(answer(422, json!({"type": "/docs#unreadable-file"}), None)), false),
            (9, Ok(answer(401, json!({}), None)), false),
            (9, foreign(502), true),
            (0, foreign(502), false),
            (9, foreign(404), false),
        ] {
            assert_eq!(may_be_taken(sent, &result), expected, "{result:?}");
        }
    }

    #[test]
    fn an_api_that_was_never_there_is_not_waited_for() {
        let unreachable = || Err(NoAnswer::Unreachable("There is no host.".to_owned()));
        assert_eq!(delay_after(1, false, &unreachable()), None);
        assert!(delay_after(2, true, &unreachable()).is_some());
        let foreign = |status| {
            let status = StatusCode::from_u16(status).unwrap();
            Err(NoAnswer::Foreign { url: String::new(), status })
        };
        assert!(delay_after(1, true, &foreign(502)).is_some());
        assert_eq!(delay_after(1, true, &foreign(404)), None);
    }
}
