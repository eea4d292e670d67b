use std::hash::{BuildHasher as _, RandomState};

/// In which row of a file each e-mail address stands first, in 8 bytes for an address: of the address
/// only a hash is kept. For 1,500,000 rows it has 2^21 slots, or 17 MB, of which a short file touches
/// few.
///
/// Two addresses are taken for one when a slot keeps the same half of their hashes, and the other
/// halves bring them beside each other: once in more than a thousand files of a million rows. It
/// serves a dry run, which promises nothing.
#[derive(Debug)]
pub struct SeenRows {
    /// The upper half of the hash, and the row; 0 in a free slot, since rows count from 1.
    slots: Vec<u64>,
    used: usize,
    hasher: RandomState,
}

impl SeenRows {
    /// Room for so many rows.
    pub fn with_room_for(rows: u64) -> Self {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX / 4);
        let slots = (rows + rows / 3 + 1).next_power_of_two();
        Self { slots: vec![0; slots], used: 0, hasher: RandomState::new() }
    }

    /// Notes an address, and returns the row in which it stood before, if it did. Without room it
    /// notes no more.
    pub fn note(&mut self, email_key: &str, row: u32) -> Option<u32> {
        let hash = self.hasher.hash_one(email_key);
        let mask = self.slots.len() - 1;
        let mut position = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or_default() & mask;
        while self.slots[position] != 0 {
            if (self.slots[position] ^ hash) >> 32 == 0 {
                return u32::try_from(self.slots[position] & u64::from(u32::MAX)).ok();
            }
            position = (position + 1) & mask;
        }
        // One slot stays free, or a search would not end.
        if self.used + 1 < self.slots.len() {
            self.slots[position] = (hash & !u64::from(u32::MAX)) | u64::from(row);
            self.used += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_named_in_which_an_address_stood_first() {
        let mut seen = SeenRows::with_room_for(10);
        assert_eq!(seen.note("ada@example.com", 2), None);
        assert_eq!(seen.note("eda@example.com", 3), None);
        assert_eq!(seen.note("ada@example.com", 4), Some(2));
        assert_eq!(seen.note("ada@example.com", 5), Some(2));
    }

    #[test]
    fn every_address_is_found_again_and_there_is_room_for_so_many() {
        let mut seen = SeenRows::with_room_for(20_000);
        assert_eq!(seen.slots.len(), 1 << 15);
        let address = |row: u32| format!("ada{row}@example.com");
        assert!((1..=20_000).all(|row| seen.note(&address(row), row).is_none()));
        assert!((1..=20_000).all(|row| seen.note(&address(row), u32::MAX) == Some(row)));
    }

    #[test]
    fn a_full_table_still_answers() {
        let mut seen = SeenRows::with_room_for(2);
        let rows = (1..=100).map(|row| seen.note(&format!("ada{row}@example.com"), row));
        assert!(rows.collect::<Vec<_>>().iter().all(Option::is_none));
    }
}
