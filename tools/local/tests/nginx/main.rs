//! The door, with a few pages of its own and a double in place of the API. The browser tests are about
//! what it does with the real pages and the real API.

// By the attributes clippy knows that the helpers of the tests are tests too.
#[cfg(test)]
mod answer;
#[cfg(test)]
mod api;
#[cfg(test)]
mod installed;
#[cfg(test)]
mod name_server;
#[cfg(test)]
mod pages;

mod events;
mod heads;
mod imports;
mod local;
mod logs;
mod names;
mod negotiation;
mod refusals;
