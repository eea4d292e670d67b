use std::fs;
use std::io::{BufReader, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use registrar_local::{NGINX, poll_until};
use tempfile::TempDir;

use super::answer::Answer;
use super::pages::pages;

const SHARED: &str = include_str!("../../../../infra/nginx/registrar.conf");
const TIMEOUT: Duration = Duration::from_mins(1);

/// Nothing listens there.
pub(crate) const ABSENT: &str = "127.0.0.1:9";

pub(crate) struct Settings {
    pub(crate) upstream: String,
    pub(crate) resolver: String,
    pub(crate) access_log: Option<String>,
}

impl Settings {
    pub(crate) fn with_api_at(upstream: impl Into<String>) -> Self {
        Self { upstream: upstream.into(), resolver: ABSENT.to_owned(), access_log: None }
    }
}

/// An nginx as systemd runs it: its standard output is a socket. It listens on a socket, too.
pub(crate) struct Installed {
    process: Child,
    folder: TempDir,
    _pages: TempDir,
    _output: UnixStream,
}

impl Installed {
    pub(crate) fn start(settings: &Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pages = pages();
        let registrar = filled_in(settings, folder.path(), pages.path());
        fs::write(folder.path().join("registrar.conf"), registrar).unwrap();
        Self::run(folder, pages, "include registrar.conf;")
    }

    /// Starts one that passes everything on to a door, as it comes with nginx otherwise.
    pub(crate) fn start_before(door: &Self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (own, door) = (listener(folder.path()), listener(door.folder.path()));
        let server = format!(
            "server {{ listen unix:{}; access_log off; location / {{\n\
             proxy_http_version 1.1; proxy_pass http://unix:{}:; }} }}",
            own.display(),
            door.display()
        );
        Self::run(folder, pages(), &server)
    }

    fn run(folder: TempDir, pages: TempDir, server: &str) -> Self {
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {kind};\n"))
            .concat();
        let config = format!(
            "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {{}}\n\
             http {{\n{temporary}{server}\n}}\n"
        );
        fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let (output, of_nginx) = UnixStream::pair().unwrap();
        let errors = fs::File::create(folder.path().join("errors.log")).unwrap();
        let process = NGINX
            .find()
            .unwrap()
            .command()
            .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(OwnedFd::from(of_nginx))
            .stderr(errors)
            .spawn()
            .unwrap();
        let mut nginx = Self { process, folder, _pages: pages, _output: output };
        let taken = poll_until(TIMEOUT, || {
            let ended = nginx.process.try_wait().unwrap().is_some();
            (ended || nginx.try_connect().is_ok()).then_some(!ended)
        });
        assert_eq!(taken, Some(true), "{}", nginx.errors());
        nginx
    }

    /// A connection that fails the test when nothing comes for long.
    pub(crate) fn connect(&self) -> BufReader<UnixStream> {
        let stream = self.try_connect().unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        BufReader::new(stream)
    }

    pub(crate) fn send(&self, request: &[u8]) -> Answer {
        let mut connection = self.connect();
        // nginx may answer before it has read everything.
        let _ = connection.get_mut().write_all(request);
        Answer::read(connection)
    }

    /// Gets an address with these headers, each with its end of line.
    pub(crate) fn get(&self, path: &str, headers: &str) -> Answer {
        self.send(
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    }

    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(self.folder.path().join("errors.log")).unwrap()
    }

    fn try_connect(&self) -> std::io::Result<UnixStream> {
        UnixStream::connect(listener(self.folder.path()))
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Fails when the head of the file does not say what to put in.
fn filled_in(settings: &Settings, folder: &Path, pages: &Path) -> String {
    let file = || access_log(folder).display().to_string();
    let values = [
        ("${REGISTRAR_LISTEN}", format!("unix:{}", listener(folder).display())),
        ("${REGISTRAR_PUBLIC}", format!("\"{}\"", pages.display())),
        ("${REGISTRAR_UPSTREAM}", settings.upstream.clone()),
        ("${REGISTRAR_RESOLVER}", settings.resolver.clone()),
        ("${REGISTRAR_ACCESS_LOG}", settings.access_log.clone().unwrap_or_else(file)),
    ];
    let mut registrar = SHARED.to_owned();
    for (name, value) in values {
        let explained = format!("\n# {name} ");
        assert!(registrar.contains(&explained), "{name}");
        registrar = registrar.replace(name, &value);
    }
    assert!(!registrar.contains("${REGISTRAR_"), "{registrar}");
    registrar
}

fn listener(folder: &Path) -> PathBuf {
    folder.join("nginx.sock")
}

fn access_log(folder: &Path) -> PathBuf {
    folder.join("access.log")
}
