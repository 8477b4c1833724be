//! Short lists: a large file has 100,000 names and tokens, most of them with one block and one dependency.
//!
//! A list of indices takes 16 bytes; `smallvec` needs at least 24, and `Vec` 24 and an allocation.

use std::ops::Deref;

/// A list that has no allocation of its own if it has one element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Few<T> {
    #[default]
    None,
    One([T; 1]),
    #[expect(clippy::box_collection, reason = "a vector is larger than most elements")]
    Many(Box<Vec<T>>),
}

impl<T> Few<T> {
    /// Appends an element.
    pub(super) fn push(&mut self, element: T) {
        *self = match std::mem::take(self) {
            Self::None => Self::One([element]),
            Self::One([first]) => Self::Many(Box::new(vec![first, element])),
            Self::Many(mut all) => {
                all.push(element);
                Self::Many(all)
            }
        };
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(one) => one,
            Self::Many(all) => all,
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut few = Self::None;
        elements.into_iter().for_each(|element| few.push(element));
        few
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
