//! Recognizes lists of Western Europe in windows-1252.
//!
//! Its neighbours have other letters in the same places: Mac Roman and the code pages of DOS, which
//! Excel still offers, and windows-1250 and the others of Central Europe and the Baltic. Words decide:
//! `Þëèÿ`, which is Юлия, is none of Western Europe, nor is `£ukasz`, `Kamiñski` or `Garc’a`.

use encoding_rs::WINDOWS_1252;

/// What the words of a text say of the encodings that it may be in, beside windows-1252.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Others {
    /// Mac Roman, and the code pages of DOS.
    old: bool,
    /// windows-1250, and others of Central Europe and the Baltic.
    central: bool,
}

/// A text that is in windows-1252.
#[derive(Clone, Copy, Debug)]
pub(super) struct Western {
    excluded: Others,
}

/// What one word says.
#[derive(Clone, Copy, Debug, Default)]
struct Judged {
    is_wrong: bool,
    /// It may be of these encodings as well.
    doubts: Others,
    /// It cannot be of these.
    excludes: Others,
    /// It is rather of Western than of Central Europe.
    hints_at_western: bool,
}

/// How many words say so.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    doubts: u64,
    excludes: u64,
}

impl Tally {
    fn add(&mut self, doubts: bool, excludes: bool) {
        self.doubts += u64::from(doubts);
        self.excludes += u64::from(excludes);
    }

    /// In a text of another encoding, some words look as if it were none of it.
    fn excludes(self) -> bool {
        self.excludes > 0 && self.excludes >= 2 * self.doubts.saturating_sub(1)
    }
}

impl Western {
    /// Whether all words of a text are of Western Europe, with certainty.
    pub(super) fn recognize(bytes: &[u8]) -> Option<Self> {
        let [mut old, mut central] = <[Tally; 2]>::default();
        let mut hints = 0;
        for word in words(bytes).filter(|word| !word.is_ascii()) {
            let Judged { is_wrong, doubts, excludes, hints_at_western } = judge(word);
            if is_wrong {
                return None;
            }
            hints += u64::from(hints_at_western);
            old.add(doubts.old, excludes.old);
            central.add(doubts.central, excludes.central);
        }
        // A single hint may be a name of Central Europe, such as Ličman.
        let is_nothing_else = 2 * central.excludes + hints >= 2 * central.doubts.max(1);
        let excluded = Others { old: old.excludes(), central: is_nothing_else };
        let is_certain =
            (excluded.old || old.doubts == 0) && (excluded.central || central.doubts == 0);
        is_certain.then_some(Self { excluded })
    }

    /// Some of its words are of no other encoding.
    pub(super) fn is_nothing_else(self) -> bool {
        self.excluded.central
    }

    /// Appends a text as UTF-8; words that are of another encoding have a byte of none.
    pub(super) fn decode(self, bytes: &[u8], into: &mut Vec<u8>) {
        for part in bytes.chunk_by(|a, b| is_of_word(*a) == is_of_word(*b)) {
            if part.is_ascii() {
                into.extend_from_slice(part);
                continue;
            }
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(part);
            into.extend_from_slice(text.as_bytes());
            if !self.reads(part) {
                into.push(super::NOT_TEXT);
            }
        }
    }

    fn reads(self, word: &[u8]) -> bool {
        let Judged { is_wrong, doubts, .. } = judge(word);
        let Others { old, central } = self.excluded;
        !is_wrong && (old || !doubts.old) && (central || !doubts.central)
    }
}

/// The end of the last whole word.
pub(super) fn end_of_words(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| !is_of_word(*byte)).map_or(0, |last| last + 1)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| !is_of_word(*byte))
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

fn judge(word: &[u8]) -> Judged {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(word);
    let characters: Vec<char> = text.chars().collect();
    let mut judged = Judged::default();
    let is_small = |character: &char| character.is_ascii_lowercase();
    let has_small = characters.iter().any(is_small);
    // A single capital begins a word of two letters: `Né`, `Ní`.
    let capitals = characters.iter().filter(|character| character.is_ascii_uppercase()).count();
    let begins_alone = capitals == 1 && characters[0].is_ascii_uppercase();
    let is_capital = !has_small && capitals > 0 && !begins_alone;
    for (at, character) in characters.iter().copied().enumerate().filter(|(_, c)| !c.is_ascii()) {
        let before = at.checked_sub(1).map_or(' ', |before| characters[before]);
        let after = characters.get(at + 1).copied().unwrap_or(' ');
        if !is_letter(character) {
            judged.punctuation(character, before, after);
            continue;
        }
        // No word changes to capitals or from them within itself.
        let changes = if character.is_uppercase() {
            has_small && is_letter(before)
        } else {
            is_capital && character != 'ß'
        };
        judged.is_wrong |= changes;
        judged.letter(character, before, after);
    }
    let letters = characters.iter().filter(|c| is_letter(**c)).count();
    let accented = characters.iter().filter(|c| is_letter(**c) && !c.is_ascii()).count();
    judged.is_wrong |= letters > 1 && 2 * accented > letters;
    judged
}

impl Judged {
    fn letter(&mut self, letter: char, before: char, after: char) {
        let small = letter.to_lowercase().next().unwrap_or(letter);
        let fits = match small {
            'ð' | 'ý' | 'þ' | 'ÿ' | 'ƒ' => return self.is_wrong = true,
            // What is a letter in windows-1252 alone: of Mac Roman it would be ö, û or ú.
            'š' | 'ž' => return self.doubts.old = true,
            'œ' => return self.is_wrong |= !matches!(after, 'u' | 'U' | 'i' | 'I'),
            // What is ß in DOS follows a vowel.
            'á' if is_vowel(before) => return self.doubts.old = true,
            'ñ' => is_vowel(after),
            // Č and Ć of Central Europe, with which names begin: Črnko, Ćwik.
            'æ' | 'è' if !is_letter(before) => false,
            // Kjær, and not Mićko or Maćko of Central Europe.
            'æ' => is_consonant(after) && !is_vowel(before) && !matches!(before, 'i' | 'I'),
            'ï' => is_consonant(after),
            // Zoë and Noël; the Baltic has ė here, the Celtic and Romance languages ë after vowels.
            'ë' => is_vowel(before),
            // Benoît, Lemaître; ī of the Baltic follows consonants.
            'î' => is_vowel(before) || !is_letter(before),
            'è' => {
                is_consonant(after)
                    && !matches!(after, 'h' | 'j' | 'k' | 'w' | 'H' | 'J' | 'K' | 'W')
                    && !matches!(before, 'a' | 'e' | 'o' | 'A' | 'E' | 'O')
            }
            'ø' | 'ò' => !is_vowel(before) && !is_vowel(after),
            'ã' | 'õ' => matches!(after, 'o' | 'e' | 'O' | 'E'),
            'ç' => !(is_consonant(before) && is_consonant(after)),
            'ì' => !is_letter(after),
            'ê' => matches!(after, 'l' | 'm' | 'n' | 'r' | 'v' | 'L' | 'M' | 'N' | 'R' | 'V'),
            // Vânia looks like Dāvis: another word has to decide.
            'ù' | 'û' | 'â' => false,
            _ => true,
        };
        self.doubts.central |= !fits;
        let is_inside = before.is_ascii_lowercase()
            || (before.is_ascii_alphabetic() && after.is_ascii_lowercase());
        if fits && letter == small && is_inside {
            self.excludes.old = true;
        }
        if fits && (is_letter(before) || is_letter(after)) {
            self.excludes.central |= "ñïøòãõê".contains(small);
            self.hints_at_western |= "æè".contains(small);
        }
        // Mac Roman has capitals here: Óscar would begin with a small letter.
        if letter == small && !is_letter(before) && after.is_ascii_lowercase() {
            self.doubts.old = true;
        }
    }

    fn punctuation(&mut self, mark: char, before: char, after: char) {
        let (follows, precedes) = (is_letter(before), is_letter(after));
        let stands_alone = !follows && !precedes;
        match mark {
            '’' if follows && precedes => self.doubts.old |= after.is_lowercase(),
            '’' if follows => self.doubts.old |= !matches!(before, 's' | 'S'),
            '’' | '‘' | '“' | '„' | '«' if !follows => {}
            '”' | '»' | '\u{a0}' | 'º' | 'ª' if !precedes => {}
            '\u{a0}' | '–' | '—' | '…' => self.doubts.old |= !stands_alone,
            '°' if matches!(before, 'n' | 'N') && !precedes => {}
            '´' if follows && precedes => {}
            '·' if matches!((before, after), ('l', 'l') | ('L', 'L')) => {}
            _ => self.is_wrong |= !stands_alone || mark.is_control(),
        }
    }
}

fn is_letter(character: char) -> bool {
    // Of windows-1252, what is no letter to a reader is `ª`, `º`, `µ` and `ˆ`.
    character.is_alphabetic() && !matches!(character, 'ª' | 'º' | 'µ' | 'ˆ')
}

fn is_vowel(character: char) -> bool {
    "aeiouáéíóúàèìòùâêîôûäëïöüåæøãõ".contains(character.to_lowercase().next().unwrap_or(character))
}

fn is_consonant(character: char) -> bool {
    is_letter(character) && !is_vowel(character)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_KR, GBK, ISO_8859_15, WINDOWS_1257};
    use encoding_rs::{Encoding, ISO_8859_2, MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1254};

    use super::*;

    fn reads_as_western(text: &str, really: &'static Encoding) -> bool {
        let (bytes, _, unmappable) = really.encode(text);
        assert!(!unmappable, "{text}");
        Western::recognize(&bytes).is_some()
    }

    #[test]
    fn western_names_are_recognized() {
        for name in [
            "Müller;Jörg;joerg@example.com",
            "O’Neill;Zoë",
            "Noël d’Été",
            "Åse Løvås",
            "Ñoño",
            "José Mª",
            "Hélène Lefèvre;août;n° 12",
            "Geneviève Lebœuf",
            "François",
            "Anaïs;Loïc;Benoît",
            "Begoña Ibáñez;Adrián García",
            "GARCÍA MUÑOZ;NUÑEZ",
            "João Simões;Inês Gonçalves",
            "Nicolò",
            "Søren Kjær;Bjørn Bæk;Øystein",
            "Straße 5½;100 €",
            "Großmann",
            "Marcel·lí Martí",
            "“Ada”;’t Hooft",
            "Né(e) le;Prénom",
            "Siobhán;Ní Dhomhnaill",
            "Bríd;Ó Sé",
        ] {
            assert!(reads_as_western(name, WINDOWS_1252), "{name}");
        }
    }

    #[test]
    fn names_of_other_encodings_are_not_taken_for_western_ones() {
        for (names, really) in [
            (&["Юлия", "Пётр"][..], WINDOWS_1251),
            (&["Łukasz", "Michał", "Zażółć", "Grażyna", "Kamiński", "Dębski"], WINDOWS_1250),
            (&["Dvořák", "Jiří", "Kučera", "Kovačić", "Petrović", "Čapek"], WINDOWS_1250),
            (
                &["Erdős", "Szűcs", "Ştefan", "Mădălina", "Němec", "Martinů", "Vlčková"],
                WINDOWS_1250,
            ),
            (&["Łukasz", "Śliwa", "Tomáš"], ISO_8859_2),
            (&["Yıldız", "Şahin"], WINDOWS_1254),
            (&["Bērziņš", "Pēteris", "Jānis;Rudzītis", "Elīna", "Eglė;Nausėda"], WINDOWS_1257),
            (&["Mićko", "Pećnik", "Maćko"], WINDOWS_1250),
            (&["Ян"], WINDOWS_1251),
            (&["이", "임"], EUC_KR),
            (&["李", "杨"], GBK),
            (&["André", "Müller", "García", "Noël", "Muñoz", "López", "Jörg", "Raúl"], MACINTOSH),
            (&["Óscar", "Ángel", "Martí", "GARCÍA", "ANDRÉ", "FRANÇOIS", "MUÑOZ"], MACINTOSH),
            (&["Œsophage", "Šimon"], ISO_8859_15),
        ] {
            for name in names {
                assert!(!reads_as_western(name, really), "{name} {}", really.name());
            }
        }
    }

    /// What Excel calls "CSV (MS-DOS)".
    #[test]
    fn names_of_dos_are_not_taken_for_western_ones() {
        for name in [
            &b"Andr\x82"[..], // André
            b"M\x81ller",     // Müller
            b"J\x94rg",       // Jörg
            b"J\x84ger",      // Jäger
            b"Wei\xe1",       // Weiß
            b"Garc\xa1a",     // García
            b"P\xa0l",        // Pál
            b"L\xa2pez",      // López
            b"Mu\xa4oz",      // Muñoz
        ] {
            assert!(Western::recognize(name).is_none(), "{name:?}");
        }
    }

    /// In each, one word could be of Western Europe.
    #[test]
    fn short_lists_of_central_europe_are_not_taken_for_western_ones() {
        for list in [
            "Ana;Črnko",
            "Maja;Črnigoj;Luka;Kovačič",
            "Anna;Ćwik;Jan;Kamiński",
            "Petr;Ličman;Jan;Dvořák",
            "Ivan;Črnjak;Marko;Petrović",
            "ANA;ČRNKO",
        ] {
            assert!(!reads_as_western(list, WINDOWS_1250), "{list}");
        }
        let (bytes, ..) = WINDOWS_1250.encode("Petr;Ličman");
        assert!(!Western::recognize(&bytes).is_some_and(Western::is_nothing_else));
    }

    #[test]
    fn other_words_of_a_file_decide_on_what_one_word_leaves_open() {
        assert!(!reads_as_western("Šimon", WINDOWS_1252));
        assert!(reads_as_western("Šimon;Müller", WINDOWS_1252));
        assert!(!reads_as_western("Forêt", WINDOWS_1252));
        assert!(reads_as_western("Forêt;Hélène Lefèvre", WINDOWS_1252));
    }
}
