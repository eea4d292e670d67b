//! A few letters first, so that what is not fixed yet costs few attempts.

const FIRST_STEPS: [u64; 3] = [1, 10, 100];

/// How many letters each step replays; together, all of them.
pub(super) fn steps(letters: u64) -> Vec<u64> {
    let mut rest = letters;
    let mut steps = Vec::new();
    for most in FIRST_STEPS.into_iter().chain([u64::MAX]) {
        let step = rest.min(most);
        if step > 0 {
            steps.push(step);
        }
        rest -= step;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_go_first_and_then_the_rest() {
        for (letters, expected) in [
            (0, vec![]),
            (1, vec![1]),
            (2, vec![1, 1]),
            (11, vec![1, 10]),
            (41, vec![1, 10, 30]),
            (111, vec![1, 10, 100]),
            (112, vec![1, 10, 100, 1]),
            (1_000_000, vec![1, 10, 100, 999_889]),
        ] {
            assert_eq!(steps(letters), expected, "{letters}");
        }
    }
}
