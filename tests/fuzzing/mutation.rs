//! Small changes to an input, of the kinds that break readers.

use registrar_tests::random::Random;

/// Tokens of the formats, and the boundary values of bytes.
const TOKENS: [&[u8]; 36] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b";",
    b"=",
    b"&",
    b"%",
    b"+",
    b"-",
    b" ",
    b"\n",
    b"\0",
    b"\x7f",
    b"\x80",
    b"\xc3",
    b"\xff",
    b"0",
    b"9",
    b"99999999999999999999",
    b"-1",
    b"1e308",
    b"0.1",
    b"null",
    b"\\ud800",
    b"%00",
    b"%ff",
    b"wait=",
    b"\xe2\x80\xae",
    b"\xcc\x81",
    b"\xf0\x9f\x8e\x93",
    b"9999-12-31T23:59:59-23:59",
];
/// Longer inputs find no more and take longer.
const LONGEST: usize = 4_096;

/// The input with one to four changes.
pub(crate) fn mutated(input: &[u8], others: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        change(&mut bytes, others, random);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let to = at + random.below(bytes.len() - at + 1).min(16);
    match random.below(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        1 if at < bytes.len() => bytes[at] = random.number().to_le_bytes()[0],
        2 => drop(bytes.drain(at..to)),
        3 => drop(bytes.splice(at..at, bytes[at..to].to_vec())),
        4 => bytes.truncate(at),
        5 => {
            let other = &others[random.below(others.len())];
            let from = random.below(other.len() + 1);
            bytes.splice(at..to, other[from..].iter().copied());
        }
        6 => drop(bytes.splice(at..at, random.pick(&TOKENS).iter().copied())),
        _ => drop(bytes.splice(at..to, random.pick(&TOKENS).iter().copied())),
    }
}
