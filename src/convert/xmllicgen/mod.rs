//! XML templates of LM-X's license generator, xmllicgen.

pub(crate) mod export;
mod facts;
pub mod keywords;
mod mapping;
mod model;
mod parameters;
mod reader;
mod values;

pub(crate) use mapping::map;
pub(crate) use model::XmlFile;
pub(crate) use reader::parse;
