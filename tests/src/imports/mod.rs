//! An importer that uploads one file while servers fail, and what must have become of its rows.

mod counts;
mod file;
mod importer;
mod tables;
mod upload;
mod verdict;
mod watch;

pub use counts::RowCounts;
pub use file::StudentFile;
use importer::Importer;
use serde_json::Value;
pub use upload::{OpenUpload, open_body};
pub use verdict::ImportAnswers;
use watch::Watch;

use crate::servers::Servers;
use crate::wait;

/// One file that is uploaded again and again, watched from the beginning.
#[derive(Debug)]
pub struct ImportLoad {
    importer: Importer,
    file: StudentFile,
    watch: Watch,
    /// Where to ask for what got a 202.
    accepted: Vec<String>,
}

impl ImportLoad {
    /// An importer that has uploaded nothing yet.
    pub async fn start(servers: &Servers, api_url: &str, file: StudentFile) -> Self {
        let importer = Importer::new(servers, api_url).await;
        let watch = Watch::start(importer.clone());
        Self { importer, file, watch, accepted: Vec::new() }
    }

    /// The file.
    pub fn file(&self) -> &StudentFile {
        &self.file
    }

    /// Sends half of the file.
    pub fn begins(&self) -> OpenUpload {
        let upload = self.importer.upload();
        upload.send(self.file.halves()[0].clone());
        upload
    }

    /// Sends the other half of each, and gets a 202 for the whole file.
    pub async fn ends<const UPLOADS: usize>(&mut self, uploads: [OpenUpload; UPLOADS]) {
        let [_, half] = self.file.halves();
        for upload in &uploads {
            upload.send(half.clone());
        }
        for upload in uploads {
            let accepted = upload.end().await.unwrap();
            let rows = self.file.len();
            assert_eq!((accepted.rows, accepted.accepted), (rows, rows - self.file.invalid()));
            self.accepted.push(accepted.status_url);
        }
    }

    /// Uploads the whole file.
    pub async fn uploads(&mut self) {
        let upload = self.begins();
        self.ends([upload]).await;
    }

    /// Waits until its newest import has decided so many rows.
    pub async fn decides(&self, rows: usize) {
        wait::until(&format!("{rows} rows are decided"), async || {
            let newest = self.importer.list().await?.into_iter().next()?;
            (RowCounts::new(&newest).decided() >= rows).then_some(())
        })
        .await;
    }

    /// Waits until its newest import is done: that its last row is decided may be known before it is that
    /// there are no more.
    pub async fn is_done(&self) {
        wait::until("the newest import is done", async || {
            let newest = self.importer.list().await?.into_iter().next()?;
            (newest["done"] == true).then_some(())
        })
        .await;
    }

    /// Cancels its newest import, and waits until that is known.
    pub async fn cancels(&self) {
        let newest = async || self.importer.list().await?.into_iter().next();
        let import = wait::until("it is listed", newest).await;
        self.importer.cancel(status_url(&import)).await;
        wait::until("it is cancelled", async || {
            (newest().await?["status"] == "cancelled").then_some(())
        })
        .await;
    }
}

fn status_url(import: &Value) -> &str {
    import["status_url"].as_str().unwrap()
}
