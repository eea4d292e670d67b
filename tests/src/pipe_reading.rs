//! A reader of a program's output that stops to read when a test wants that.

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Copies what comes through a pipe into a file. Dropping it goes on, until the pipe ends.
#[derive(Clone, Debug, Default)]
pub struct PipeReading(Arc<(Mutex<bool>, Condvar)>);

impl PipeReading {
    /// Begins to read; the program is to write to what is returned.
    pub(crate) fn into_file(path: &Path) -> (Self, PipeWriter) {
        let (reader, writer) = pipe().unwrap();
        let reading = Self::default();
        let (stalling, file) = (reading.clone(), File::create(path).unwrap());
        thread::spawn(move || stalling.copy(reader, file));
        (reading, writer)
    }

    /// Stops to read, but for what is being read now.
    pub fn stall(&self) {
        *self.0.0.lock().unwrap() = true;
    }

    /// Reads again.
    pub fn go_on(&self) {
        *self.0.0.lock().unwrap() = false;
        self.0.1.notify_all();
    }

    fn copy(self, mut pipe: PipeReader, mut file: File) {
        let mut bytes = [0; 4 * 1024];
        loop {
            drop(self.0.1.wait_while(self.0.0.lock().unwrap(), |is_stalled| *is_stalled).unwrap());
            let read = pipe.read(&mut bytes).unwrap();
            if read == 0 {
                return;
            }
            file.write_all(&bytes[..read]).unwrap();
        }
    }
}
