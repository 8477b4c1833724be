//! S: encoding and syntax of a file.

pub(crate) mod block_too_large;
pub(crate) mod byte_order_mark;
pub(crate) mod control_character;
pub(crate) mod curly_quotes;
pub(crate) mod elided_key;
pub(crate) mod file_too_large;
pub(crate) mod foreign_format;
pub(crate) mod hidden_in_comment;
pub(crate) mod mail_damage;
pub(crate) mod missing_value;
pub(crate) mod no_block;
pub(crate) mod no_break_space;
pub(crate) mod no_break_space_inside;
pub(crate) mod not_utf8;
pub(crate) mod stray_text;
pub(crate) mod too_many_blocks;
pub(crate) mod unclosed_block;
pub(crate) mod unclosed_quote;
pub(crate) mod utf16;
pub(crate) mod wrapped_string;
