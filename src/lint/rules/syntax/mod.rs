//! S: encoding and syntax of a file.

pub(in crate::lint) mod block_too_large;
pub(in crate::lint) mod byte_order_mark;
pub(in crate::lint) mod control_character;
pub(in crate::lint) mod curly_quotes;
pub(in crate::lint) mod elided_key;
pub(in crate::lint) mod file_too_large;
pub(in crate::lint) mod hidden_in_comment;
pub(in crate::lint) mod mail_damage;
pub(in crate::lint) mod missing_value;
pub(in crate::lint) mod no_block;
pub(in crate::lint) mod no_break_space;
pub(in crate::lint) mod no_break_space_inside;
pub(in crate::lint) mod not_utf8;
pub(in crate::lint) mod stray_text;
pub(in crate::lint) mod too_many_blocks;
pub(in crate::lint) mod unclosed_block;
pub(in crate::lint) mod unclosed_quote;
pub(in crate::lint) mod utf16;
pub(in crate::lint) mod wrapped_string;
