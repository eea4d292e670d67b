//! The publisher, the worker's loops and settlement as they are in production, against a broker and
//! a database in memory.
//!
//! A seed decides what clients do, what goes wrong, and at each step of a double which task runs next.
//! Everything is on one thread and in simulated time, so a seed always has the same history.
#![cfg(test)]
mod broker;
mod clients;
mod consuming;
mod database;
mod fault;
mod imports;
mod installation;
mod mutants;
mod oracle;
mod pauses;
mod people;
mod plan;
mod process;
mod publishing;
mod regressions;
mod report;
mod run;
mod seeds;
mod shrink;
mod tables;
mod violation;
mod world;
