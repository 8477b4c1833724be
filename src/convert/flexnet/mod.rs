//! License files of FlexNet Publisher (FLEXlm).

mod attributes;
mod blocks;
mod grants;
mod items;
pub mod keywords;
mod mapping;
mod model;
mod package;
mod packages;
mod pools;
mod reader;
mod upgrades;

pub(crate) use mapping::map;
pub(crate) use model::FlexFile;
pub(crate) use reader::parse;
