use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{ByteByByte, each, options, read, read_with, refused};
use crate::{FileError, FileKind, Options};

const FILE: &str = "first_name,last_name,email\nAda,King,a@example.com\nBob,King,b@example.com\n";
const ROWS: [&str; 2] = ["2|Ada|King|a@example.com", "3|Bob|King|b@example.com"];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_is_known_by_its_first_bytes() {
    let listed = read(gzip(FILE.as_bytes()));
    assert_eq!(listed.rows, ROWS);
    assert!(listed.understood.is_gzip);
    assert_eq!(read_with(ByteByByte(&gzip(FILE.as_bytes())), &options()).unwrap().rows, ROWS);
}

#[test]
fn all_members_of_a_gzip_file_are_read() {
    let (first, second) = FILE.split_at(40);
    let file = [gzip(first.as_bytes()), gzip(b""), gzip(second.as_bytes())].concat();
    assert_eq!(read(file).rows, ROWS);
}

#[test]
fn a_gzip_file_that_is_cut_off_or_damaged_is_said_to_be() {
    let whole = gzip(FILE.as_bytes());
    for length in 3..whole.len() {
        assert_eq!(refused(&whole[..length]), FileError::GzipBroken, "{length}");
    }
    let mut damaged = whole;
    let last = damaged.len() - 6;
    damaged[last] ^= 1;
    assert_eq!(refused(damaged), FileError::GzipBroken);
}

#[test]
fn a_bomb_is_refused_long_before_it_is_large() {
    let blank = FILE.to_owned() + &" ".repeat(64 * 1024 * 1024);
    assert_eq!(refused(gzip(blank.as_bytes())), FileError::ExpandsTooMuch { limit: 200 });
}

#[test]
fn members_without_a_byte_in_them_count_as_well() {
    let empty = gzip(b"").repeat(100_000);
    let file = [gzip(FILE.as_bytes()), empty].concat();
    let limited = Options { max_bytes: 1_000, ..options() };
    assert_eq!(read_with(&*file, &limited).err(), Some(FileError::TooLarge { limit: 1_000 }));
    assert_eq!(read(file).rows, ROWS);
}

#[test]
fn an_honest_sparse_file_is_read() {
    let file = each(60_000, |n| format!("Ada,King,a{n}@example.com,,,,,,,,,,,,,,,,,,,\n"));
    let file = format!("first_name,last_name,email{}\n{file}", ",x".repeat(19));
    assert_eq!(read(gzip(file.as_bytes())).rows.len(), 60_000);
}

#[test]
fn a_file_may_have_so_many_bytes_however_few_it_was_sent_as() {
    let limited = Options { max_bytes: FILE.len() as u64 - 1, ..options() };
    let expected = FileError::TooLarge { limit: limited.max_bytes };
    assert_eq!(read_with(FILE.as_bytes(), &limited).err(), Some(expected.clone()));
    assert_eq!(read_with(&*gzip(FILE.as_bytes()), &limited).err(), Some(expected));
    let enough = Options { max_bytes: FILE.len() as u64, ..options() };
    assert_eq!(read_with(FILE.as_bytes(), &enough).unwrap().rows, ROWS);
}

#[test]
fn what_is_compressed_twice_is_said_to_be_an_archive() {
    assert_eq!(refused(gzip(&gzip(FILE.as_bytes()))), FileError::NotText(FileKind::Zip));
}

/// Tapes and some file systems fill their last block.
#[test]
fn zeros_behind_a_gzip_file_are_no_part_of_it() {
    let padded = [gzip(FILE.as_bytes()), vec![0; 700]].concat();
    assert_eq!(read(&padded).rows, ROWS);
    assert_eq!(read_with(ByteByByte(&padded), &options()).unwrap().rows, ROWS);
    let garbage = [gzip(FILE.as_bytes()), b"garbage".to_vec()].concat();
    assert_eq!(refused(garbage), FileError::GzipBroken);
}
