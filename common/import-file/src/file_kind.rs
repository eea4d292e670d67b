/// A kind of file that is sent in the place of CSV or JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A workbook of Excel since 2007.
    Xlsx,
    /// A spreadsheet of `LibreOffice`.
    OpenDocument,
    /// A workbook of Excel before 2007, or another document of that time.
    Ole,
    /// A spreadsheet of Numbers.
    Numbers,
    /// A document of a word processor, or slides.
    Document,
    /// An archive, or something else that is compressed.
    Zip,
    /// A document for printing.
    Pdf,
    /// A picture.
    Image,
    /// A web page, which some programs save with the name of a spreadsheet.
    Html,
    /// XML.
    Xml,
    /// Cards of people, as programs for mail write them.
    Contacts,
    /// Anything else that is no text.
    Binary,
}

impl FileKind {
    /// The kind that these first bytes of a file show, unless they may be text.
    pub fn from_first_bytes(bytes: &[u8]) -> Option<Self> {
        const SIGNATURES: [(&[u8], FileKind); 14] = [
            (b"%PDF-", FileKind::Pdf),
            (b"\x89PNG\r\n\x1a\n", FileKind::Image),
            (b"\xff\xd8\xff", FileKind::Image),
            (b"GIF8", FileKind::Image),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Ole),
            (b"7z\xbc\xaf\x27\x1c", FileKind::Zip),
            (b"Rar!\x1a\x07", FileKind::Zip),
            (b"\x28\xb5\x2f\xfd", FileKind::Zip),
            (b"\xfd7zXZ\0", FileKind::Zip),
            (b"BZh", FileKind::Zip),
            (b"\x04\x22\x4d\x18", FileKind::Zip),
            (b"\x5d\x00\x00", FileKind::Zip),
            // Inside of gzip.
            (b"\x1f\x8b\x08", FileKind::Zip),
            (b"{\\rtf", FileKind::Document),
        ];
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Some(Self::inside_zip(bytes));
        }
        if bytes.get(257..).is_some_and(|header| header.starts_with(b"ustar")) {
            return Some(Self::Zip);
        }
        let signed = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
        signed.map(|(_, kind)| *kind).or_else(|| Self::markup(bytes))
    }

    fn inside_zip(bytes: &[u8]) -> Self {
        let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        if has(b"application/vnd.oasis.opendocument") {
            Self::OpenDocument
        } else if has(b"word/") || has(b"ppt/") {
            Self::Document
        } else if has(b".iwa") {
            Self::Numbers
        } else if has(b"[Content_Types].xml") || has(b"xl/") {
            Self::Xlsx
        } else {
            Self::Zip
        }
    }

    /// HTML, XML or cards, in whatever encoding it was.
    pub(crate) fn markup(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let begins_with = |tag: &str| {
            bytes.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
        };
        if ["<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<style"]
            .into_iter()
            .any(begins_with)
        {
            Some(Self::Html)
        } else if begins_with("begin:vcard") {
            Some(Self::Contacts)
        } else if matches!(bytes, [b'<', b'!' | b'?', ..])
            || matches!(bytes, [b'<', name, ..] if name.is_ascii_alphabetic())
        {
            Some(Self::Xml)
        } else {
            None
        }
    }

    /// What a person calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "an Excel workbook (.xlsx)",
            Self::OpenDocument => "an OpenDocument spreadsheet (.ods)",
            Self::Ole => "an Excel workbook of the old format (.xls)",
            Self::Numbers => "a spreadsheet of Numbers",
            Self::Document => "a text document or a presentation",
            Self::Zip => "an archive or compressed",
            Self::Pdf => "a PDF document",
            Self::Image => "a picture",
            Self::Html => "a web page (HTML)",
            Self::Xml => "XML",
            Self::Contacts => "a list of contacts (vCard)",
            Self::Binary => "binary data",
        }
    }

    /// How to come from it to a file that can be read.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::Xlsx | Self::Ole => {
                "Open it in Excel, choose Save As, and then \"CSV UTF-8 (Comma delimited)\"."
            }
            Self::OpenDocument => {
                "Open it in LibreOffice, choose Save As, and then \"Text CSV\" with UTF-8."
            }
            Self::Numbers => {
                "Open it in Numbers, choose File, Export To and CSV, and then Unicode (UTF-8)."
            }
            Self::Zip => "Unpack it, and send the CSV file inside.",
            Self::Html => {
                "Open it in a spreadsheet, and save it as \"CSV UTF-8\". If it was downloaded, log in \
                 and download it again: it may be a login page."
            }
            Self::Pdf
            | Self::Document
            | Self::Image
            | Self::Xml
            | Self::Contacts
            | Self::Binary => "Export the list as CSV from the program that made it.",
        }
    }
}
