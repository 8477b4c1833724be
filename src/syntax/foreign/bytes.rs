//! Formats that are recognised by their first bytes.

use super::format::Foreign;

const UNPACK: &str = "unpack it, and use the license file in it";
const SAVE_TEXT: &str =
    "open it and save the license as plain text (UTF-8), or ask for the license file as it was issued";
const PICTURE: &str = "a picture cannot be verified; ask for the license file itself";

/// The first bytes of a format, at an offset.
struct Magic {
    at: usize,
    bytes: &'static [u8],
    format: Foreign,
}

const fn magic(bytes: &'static [u8], name: &'static str, help: &'static str) -> Magic {
    Magic { at: 0, bytes, format: Foreign::new(name, help) }
}

static ZIP: Foreign = Foreign::new("a zip archive", UNPACK);
static OFFICE: Foreign = Foreign::new("a document of a word processor (docx, odt)", SAVE_TEXT);
static PDF: Foreign = Foreign::new(
    "a PDF document",
    "a PDF does not preserve the text of a license; ask for the license file as it was issued",
);

static MAGICS: &[Magic] = &[
    magic(b"\x1f\x8b", "a gzip archive", UNPACK),
    magic(b"BZh", "a bzip2 archive", UNPACK),
    magic(b"\xfd7zXZ\0", "an xz archive", UNPACK),
    magic(b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    magic(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    magic(b"Rar!\x1a\x07", "a rar archive", UNPACK),
    Magic { at: 257, bytes: b"ustar", format: Foreign::new("a tar archive", UNPACK) },
    magic(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Word document or an Outlook message (doc, msg)",
        SAVE_TEXT,
    ),
    magic(b"\x89PNG\r\n\x1a\n", "a picture (PNG)", PICTURE),
    magic(b"\xff\xd8\xff", "a picture (JPEG)", PICTURE),
    magic(b"GIF87a", "a picture (GIF)", PICTURE),
    magic(b"GIF89a", "a picture (GIF)", PICTURE),
    magic(b"II*\0", "a picture (TIFF)", PICTURE),
    magic(b"MM\0*", "a picture (TIFF)", PICTURE),
    magic(
        b"SQLite format 3\0",
        "an SQLite database, for example an issue log",
        "use the license file; `keywright log` reads issue logs",
    ),
];

/// Number of bytes of an archive in which the names of its parts are looked for.
const HEAD: usize = 4096;

pub(super) fn recognise(bytes: &[u8]) -> Option<&'static Foreign> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(if is_office(bytes) { &OFFICE } else { &ZIP });
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if text.starts_with(b"%PDF-") {
        return Some(&PDF);
    }
    MAGICS
        .iter()
        .find(|magic| bytes.get(magic.at..).is_some_and(|rest| rest.starts_with(magic.bytes)))
        .map(|magic| &magic.format)
}

/// Returns true for the zip archives that word processors write.
fn is_office(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    [&b"[Content_Types].xml"[..], b"word/", b"vnd.oasis.opendocument"]
        .iter()
        .any(|part| memchr::memmem::find(head, part).is_some())
}
