-- What operators did with dead letters. Written before the action, and completed after it.
CREATE TABLE dead_letter_actions (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    -- replay, discard or reveal.
    action VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- Who did it, and why.
    operator VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reason VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    -- Which letters were meant: a JSON object.
    filter LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- How many letters that were at the beginning.
    matched BIGINT UNSIGNED NOT NULL,
    -- With how many of them it was done.
    done BIGINT UNSIGNED NOT NULL DEFAULT 0,
    -- How it ended; NULL while it goes on, and when it was killed.
    result VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
    began_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    ended_at TIMESTAMP(6) NULL DEFAULT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
