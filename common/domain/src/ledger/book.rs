use std::collections::BTreeMap;

use super::{Account, Numbers};

/// What is known of the numbers of one account. Each set only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The publisher has said what became of them: confirmed, unless among `unconfirmed`.
    pub stated: Numbers,
    /// Refused by the broker, or without an answer: some may be stored nevertheless.
    pub unconfirmed: Numbers,
    /// Their messages were settled: their registrations have outcomes.
    pub settled: Numbers,
}

impl Book {
    /// Adds what `other` knows.
    pub fn add(&mut self, other: &Self) {
        self.stated.add(&other.stated);
        self.unconfirmed.add(&other.unconfirmed);
        self.settled.add(&other.settled);
    }

    /// Those that RabbitMQ has confirmed, as far as the publisher has said so.
    pub fn confirmed(&self) -> Numbers {
        self.stated.without(&self.unconfirmed)
    }

    /// Confirmed and not settled: in a queue, in a worker's hands, or lost.
    pub fn missing(&self) -> Numbers {
        self.confirmed().without(&self.settled)
    }

    /// Neither stated nor settled, while something later is. Of a publisher that is alive, these
    /// are on their way or will be stated in a moment; of one that was killed, nobody knows whether
    /// they were confirmed.
    pub fn in_doubt(&self) -> Numbers {
        let known = self.stated.highest().max(self.settled.highest());
        Numbers::between(1, known).without(&self.stated).without(&self.settled)
    }
}

/// The books of all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<Account, Book>);

impl Ledger {
    /// The book of an account, to be added to; an empty one when there is none yet.
    pub fn book(&mut self, account: Account) -> &mut Book {
        self.0.entry(account).or_default()
    }

    /// The book of an account.
    pub fn get(&self, account: &Account) -> Option<&Book> {
        self.0.get(account)
    }

    /// Adds what `other` knows.
    pub fn add(&mut self, other: &Self) {
        for (account, book) in &other.0 {
            self.book(*account).add(book);
        }
    }

    /// Every account with its book.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, &Book)> {
        self.0.iter()
    }

    /// Every account with its book, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Account, &mut Book)> {
        self.0.iter_mut()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Numbers {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_missing_when_it_was_confirmed_and_not_settled() {
        let book = Book {
            stated: numbers("1-10"),
            unconfirmed: numbers("3-4"),
            settled: numbers("1-2,4,6-9,12"),
        };
        assert_eq!(book.missing(), numbers("5,10"));
        assert_eq!(book.confirmed().count(), 8);
    }

    #[test]
    fn a_gap_that_nobody_stated_is_in_doubt() {
        let book = Book { settled: numbers("1-8,10,13"), ..Book::default() };
        assert_eq!(book.in_doubt(), numbers("9,11-12"));
        let stated = Book { stated: numbers("1-11"), ..book };
        assert_eq!(stated.in_doubt(), numbers("12"));
        assert_eq!(stated.missing(), numbers("9,11"));
    }

    #[test]
    fn a_statement_that_is_lost_leaves_its_numbers_in_doubt_until_they_are_settled() {
        let book = Book { stated: numbers("1-5,9-12"), settled: numbers("1-7"), ..Book::default() };
        assert_eq!(book.in_doubt(), numbers("8"));
    }
}
