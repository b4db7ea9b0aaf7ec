//! What the commands do, one file each: they join `world`, core and `render`, and decide the exit status.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod explain;
mod gate;
pub(crate) mod init;
pub(crate) mod schema;
mod template;
