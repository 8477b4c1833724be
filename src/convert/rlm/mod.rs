//! License files of the Reprise License Manager (RLM).

mod attributes;
mod blocks;
mod items;
pub mod keywords;
mod mapping;
mod model;
mod pools;
mod reader;
mod tokens;

pub(crate) use mapping::map;
pub(crate) use model::RlmFile;
pub(crate) use reader::parse;
