use encoding_rs::Encoding;

/// The encoding of this name, such as `windows-1252` or `latin1`, in any case.
pub fn parse_encoding(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// The delimiter that is given as one character, or as the word `tab`.
pub fn parse_delimiter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Some(b'\t'),
        &[one] if one.is_ascii_punctuation() || one == b'\t' || one == b' ' => Some(one),
        _ => None,
    }
}
