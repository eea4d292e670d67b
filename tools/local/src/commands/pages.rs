//! `registrar-local pages`, and the built pages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use registrar_local::output::print_line;
use registrar_local::{Nginx, ServerOptions, poll_until};

use crate::PagesArguments;
use crate::interrupt::{CHECK_INTERVAL, Interrupt};

pub(crate) struct Pages {
    pub(crate) public: PathBuf,
    pub(crate) templates: PathBuf,
}

impl Pages {
    pub(crate) fn find(dist: &Path) -> Result<Self> {
        if !dist.join("public/form.en.html").is_file() {
            bail!("{} has no pages. `make run` builds and shows them.", dist.display());
        }
        let dist =
            fs::canonicalize(dist).with_context(|| format!("Could not read {}", dist.display()))?;
        Ok(Self { public: dist.join("public"), templates: dist.join("templates") })
    }
}

/// Runs nginx alone, for an API that runs already or will, until interrupted. The first line that it
/// prints is its address.
pub(crate) fn serve(arguments: &PagesArguments) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let pages = Pages::find(&arguments.pages)?;
    let options = ServerOptions { port: arguments.listen, ..ServerOptions::temporary() };
    let mut nginx = Nginx::start(&options, arguments.api, &pages.public)?;
    print_line(format_args!("http://127.0.0.1:{}", nginx.port()));
    print_line(format_args!("# nginx: process {}, log {}", nginx.pid(), nginx.log().display()));
    while poll_until(CHECK_INTERVAL, || interrupt.is_set().then_some(())).is_none() {
        nginx.check()?;
    }
    Ok(())
}
