//! The files of one parser, and mutations of them.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use registrar_tests::random::Random;

use super::mutation::mutated;

/// How many mutations of each file; fixed, so that the gate always tries the same.
const MUTATIONS: u64 = 2_000;
/// Says how many instead.
const MUTATIONS_VARIABLE: &str = "FUZZING_MUTATIONS";

/// Checks what the reader makes of each file in its folder, and of mutations of it.
pub(crate) fn holds_for(reader: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(reader);
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(files.len() >= 5, "a corpus has good and bad cases");
    let mutations = std::env::var(MUTATIONS_VARIABLE)
        .map_or(MUTATIONS, |text| text.parse().expect("mutations are a number"));
    for (number, (path, file)) in paths.iter().zip(&files).enumerate() {
        let place = path.file_name().unwrap().to_string_lossy();
        checked(&check, file, &place);
        let mut random = Random::from_seed(number as u64);
        for _ in 0..mutations {
            checked(&check, &mutated(file, &files, &mut random), &place);
        }
    }
}

fn checked(check: impl Fn(&[u8]), input: &[u8], place: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) {
        eprintln!(
            "The input, made of {place}; keep it as a file next to that one:\n{}",
            input.escape_ascii()
        );
        resume_unwind(panic);
    }
}
