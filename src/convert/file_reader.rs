//! The reading of one file: its text, the options, and the losses.

use keywright_syntax::source::{SourceFile, Span};

use super::dates::{DateFault, Expiry, expiry};
use super::draft::excerpt;
use super::loss::{BAD_VALUE, DATE_ORDER, Place, Report};
use super::options::Options;
use super::statements::{Word, unquoted};

/// The reading of one file.
pub(crate) struct Reading<'a> {
    pub(crate) source: &'a SourceFile,
    pub(crate) options: &'a Options,
    pub(crate) report: &'a mut Report,
}

impl Reading<'_> {
    /// Returns the text of a span.
    pub(crate) fn raw(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// Returns the text of a word without quotes.
    pub(crate) fn text(&self, word: Word) -> String {
        unquoted(self.raw(word.span))
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(self.source.id(), span)
    }

    /// Reads a date and reports one that cannot be read.
    pub(crate) fn date(&mut self, what: &str, text: &str, span: Span) -> Option<Expiry> {
        let place = self.place(span);
        match expiry(text, self.options.dates) {
            Ok(expiry) => Some(expiry),
            Err(DateFault::Ambiguous) => {
                self.report.add_found(
                    &DATE_ORDER,
                    place,
                    format!("{what} `{}` can be read day first or month first", excerpt(text)),
                );
                Some(Expiry::Never)
            }
            Err(DateFault::Invalid) => {
                self.report.add_found(&BAD_VALUE, place, format!("{what} `{}` is not a date", excerpt(text)));
                None
            }
        }
    }
}
