//! A vector with a typed index, whose lookup cannot fail.
//!
//! An out-of-range index yields a default row. This cannot happen for indices made by the model.

use std::marker::PhantomData;

use keywright_syntax::effort;

/// An index into one kind of table.
pub(super) trait Index: Copy {
    /// The row number, from 0.
    fn row(self) -> usize;
    /// The index of a row number.
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

impl BlockId {
    /// Its index among the blocks of the model.
    #[must_use]
    pub fn index(self) -> usize {
        self.row()
    }
}

indices! {
    /// A block of a model.
    pub BlockId;
    /// A feature name of a model.
    pub NameId;
    /// A feature name within one vendor's blocks: the target of a dependency.
    pub TargetId;
    /// A share group of a state.
    pub(super) GroupId;
}

/// The rows. Copying them or iterating over all of them is counted, so that tests can measure it.
#[derive(Debug)]
pub(super) struct IndexVec<I, T> {
    rows: Vec<T>,
    spare: T,
    index: PhantomData<I>,
}

impl<I, T: Default> Default for IndexVec<I, T> {
    fn default() -> Self {
        Self { rows: Vec::new(), spare: T::default(), index: PhantomData }
    }
}

impl<I, T: Clone> Clone for IndexVec<I, T> {
    fn clone(&self) -> Self {
        effort::spend_on(self.rows.len());
        Self { rows: self.rows.clone(), spare: self.spare.clone(), index: PhantomData }
    }
}

impl<I: Index, T: Default> IndexVec<I, T> {
    /// Appends a row and returns its index.
    pub(super) fn push(&mut self, row: T) -> I {
        self.rows.push(row);
        I::of(self.rows.len() - 1)
    }

    /// Creates an empty table with room for this many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { rows: Vec::with_capacity(rows), ..Self::default() }
    }

    /// Creates a table of default rows.
    pub(super) fn with_len(len: usize) -> Self
    where
        T: Clone,
    {
        Self { rows: vec![T::default(); len], ..Self::default() }
    }

    /// Returns the row of an index.
    pub(super) fn get(&self, index: I) -> &T {
        self.rows.get(index.row()).unwrap_or(&self.spare)
    }

    /// Returns the row of an index for modification.
    pub(super) fn get_mut(&mut self, index: I) -> &mut T {
        self.rows.get_mut(index.row()).unwrap_or(&mut self.spare)
    }

    /// Returns the index of the row with a key, by which the rows are sorted.
    pub(super) fn find_by<K: Ord>(&self, key: &K, of: impl Fn(&T) -> K) -> Option<I> {
        self.rows.binary_search_by(|row| of(row).cmp(key)).ok().map(I::of)
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Iterates over all rows and their indices.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        effort::spend_on(self.rows.len());
        self.rows.iter().enumerate().map(|(row, value)| (I::of(row), value))
    }
}
