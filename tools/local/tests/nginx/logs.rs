use std::os::unix::net::UnixDatagram;
use std::str;
use std::time::Duration;

use super::installed::{ABSENT, Installed, Settings};

#[test]
fn under_systemd_the_journal_gets_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("log");
    let journal = UnixDatagram::bind(&socket).unwrap();
    journal.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let nginx = Installed::start(&Settings {
        access_log: Some(format!("syslog:server=unix:{}", socket.display())),
        ..Settings::with_api_at(ABSENT)
    });
    nginx.get("/registrations/x", "");
    let mut line = [0; 4096];
    let length = journal.recv(&mut line).unwrap();
    let line = str::from_utf8(&line[..length]).unwrap();
    assert!(line.contains(r#""route":"/registrations/{reference}","status":503"#), "{line}");
    assert!(!line.contains("registrations/x"), "{line}");
}
