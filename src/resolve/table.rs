//! Rows that are found by a typed index, without a way to fail.
//!
//! The model hands out its own indices, so that every one of them has a row; a spare row stands in for the case that
//! cannot be, which keeps the walk free of branches that nobody could test.

use std::marker::PhantomData;

/// An index into one kind of table.
pub(super) trait Index: Copy {
    /// The row's number, from 0.
    fn row(self) -> usize;
    /// The index of a row.
    fn of(row: usize) -> Self;
}

/// Declares index types.
macro_rules! indices {
    ($($(#[$doc:meta])* $visible:vis $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        $visible struct $name(u32);

        impl Index for $name {
            fn row(self) -> usize {
                self.0 as usize
            }
            fn of(row: usize) -> Self {
                Self(u32::try_from(row).unwrap_or(u32::MAX))
            }
        }
    )*};
}

indices! {
    /// A block of a model.
    pub BlockId;
    /// A feature name of a model.
    pub NameId;
    /// A name as one vendor's blocks see it: what a dependency resolves to.
    pub TargetId;
    /// A share group of a state.
    pub(super) GroupId;
}

/// The rows.
#[derive(Debug, Clone)]
pub(super) struct Table<I, T> {
    rows: Vec<T>,
    spare: T,
    index: PhantomData<I>,
}

impl<I, T: Default> Default for Table<I, T> {
    fn default() -> Self {
        Self { rows: Vec::new(), spare: T::default(), index: PhantomData }
    }
}

impl<I: Index, T: Default> Table<I, T> {
    /// Adds a row.
    pub(super) fn push(&mut self, row: T) -> I {
        self.rows.push(row);
        I::of(self.rows.len() - 1)
    }

    /// As many default rows.
    pub(super) fn with_len(len: usize) -> Self
    where
        T: Clone,
    {
        Self { rows: vec![T::default(); len], ..Self::default() }
    }

    /// The row of an index.
    pub(super) fn get(&self, index: I) -> &T {
        self.rows.get(index.row()).unwrap_or(&self.spare)
    }

    /// The row of an index, to change it.
    pub(super) fn get_mut(&mut self, index: I) -> &mut T {
        self.rows.get_mut(index.row()).unwrap_or(&mut self.spare)
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All rows with their indices.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.rows.iter().enumerate().map(|(row, value)| (I::of(row), value))
    }
}
