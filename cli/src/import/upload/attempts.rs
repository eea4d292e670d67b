use std::io::Read as _;
use std::thread;

use registrar_runtime::output::print_error;
use url::form_urlencoded::Serializer;

use super::progress::{Counted, Progress, Reading};
use super::{Import, UploadArguments, retry};
use crate::import::arguments::delimiter_name;
use crate::import::client::{Answer, NoAnswer};
use crate::import::report;

impl Import<'_> {
    /// Uploads the file until it arrives, or until it is clear that it will not. Says whether rows of
    /// it may have been accepted.
    pub(super) fn upload(&self) -> (Result<Answer, NoAnswer>, bool) {
        self.interrupt.say(format!("The upload broke off. {}", self.again()));
        let path = self.query();
        let (mut tried, mut has_sent, mut may_be_taken) = (0, false, false);
        loop {
            tried += 1;
            let (result, sent) = self.try_upload(&path);
            has_sent |= sent > 0 || result.is_ok();
            may_be_taken |= !self.arguments.dry_run && retry::may_be_taken(sent, &result);
            let Some(delay) = retry::delay_after(tried, has_sent, &result) else {
                return (result, may_be_taken);
            };
            let why = match &result {
                Ok(answer) => report::message(&answer.body),
                Err(error) => error.to_string(),
            };
            print_error(format_args!(
                "{why}\nUploading it again in {} s, which is always right: what is registered already stays \
                 as it is.",
                delay.as_secs()
            ));
            thread::sleep(delay);
        }
    }

    fn try_upload(&self, path: &str) -> (Result<Answer, NoAnswer>, u64) {
        // A wrong key or address is known before a large file is on its way, also through a proxy that
        // answers `Expect` by itself.
        match self.client.get("/imports") {
            Ok(answer) if !answer.status.is_client_error() => {}
            refused => return (refused, 0),
        }
        let bytes = self.source.bytes();
        let mut progress = Progress::begin("Uploading", Counted::Bytes, bytes, &self.interrupt);
        let file = match self.source.reader() {
            // A file that grows meanwhile is uploaded as far as it was.
            Ok(file) => file.take(bytes),
            Err(error) => {
                return (
                    Err(NoAnswer::Unreachable(format!("The file cannot be read: {error}."))),
                    0,
                );
            }
        };
        let mut reading = Reading { file, sent: 0, bytes, progress: &mut progress };
        let result = self.client.upload(path, &mut reading, bytes);
        (result, reading.sent)
    }

    fn query(&self) -> String {
        let UploadArguments { options, dry_run, .. } = self.arguments;
        let mut query = Serializer::new(String::new());
        query.append_pair("file_name", self.source.name());
        if *dry_run {
            query.append_pair("dry_run", "true");
        }
        for (field, name) in &options.columns {
            query.append_pair(&format!("column.{}", field.name()), name);
        }
        if let Some(encoding) = options.encoding {
            query.append_pair("encoding", encoding.name());
        }
        if let Some(delimiter) = options.delimiter {
            query.append_pair("delimiter", &delimiter_name(delimiter));
        }
        format!("/imports?{}", query.finish())
    }
}
