use std::io::Write as _;

use super::answer::{read_chunk, read_head};
use super::api::ApiDouble;
use super::installed::{Installed, Settings};

#[test]
fn events_come_at_once_through_another_proxy_too_which_is_asked_not_to_hold_them_back() {
    let door = Installed::start(&Settings::with_api_at(ApiDouble::start().address()));
    let other = Installed::start_before(&door);
    for (nginx, asks) in [(&door, true), (&other, false)] {
        let mut events = nginx.connect();
        events
            .get_mut()
            .write_all(b"GET /registrations/x/events HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        let head = read_head(&mut events);
        // The other one is nginx as well, which keeps it for itself.
        assert_eq!(head.contains("X-Accel-Buffering: no"), asks, "{head}");
        assert_eq!(read_chunk(&mut events).unwrap(), "event: status\n");
    }
}
