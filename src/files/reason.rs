//! The texts of I/O errors.

use std::io;

/// Returns the text of an error in lower case, without the number that the standard library adds.
#[must_use]
pub fn io_reason(error: &io::Error) -> String {
    match (error.kind(), error.raw_os_error()) {
        (io::ErrorKind::NotFound, _) => "no such file or directory".to_owned(),
        (io::ErrorKind::StorageFull, _) => "no space left on the device".to_owned(),
        (io::ErrorKind::PermissionDenied, Some(_)) => "permission denied".to_owned(),
        (_, Some(code)) => errno::Errno(code).to_string().to_lowercase(),
        (_, None) => error.to_string().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_has_no_error_number() {
        assert_eq!(io_reason(&io::Error::from_raw_os_error(2)), "no such file or directory");
        assert_eq!(io_reason(&io::Error::other("It is too large")), "it is too large");
        #[cfg(unix)]
        assert_eq!(io_reason(&io::Error::from_raw_os_error(21)), "is a directory");
    }
}
