//! The programs' starts and ends.
