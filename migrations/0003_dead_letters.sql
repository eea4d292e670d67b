-- Messages that wait for an operator, and what became of them.
CREATE TABLE dead_letters (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    -- Which registration; NULL when the message could not be read. Then the digest identifies it.
    registration_id BINARY(16) NULL DEFAULT NULL,
    -- SHA-256 of message id and payload.
    digest BINARY(32) NULL DEFAULT NULL,
    payload LONGBLOB NOT NULL,
    -- A JSON object of strings.
    headers LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    lane VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
    reason VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- Equal for failures of the same cause.
    fingerprint VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- Grows with every failure, so that whoever changes the state can tell that nothing came between.
    attempts INT UNSIGNED NOT NULL,
    accepted_at TIMESTAMP(6) NULL DEFAULT NULL,
    first_seen TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    last_seen TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    -- held, replayed or discarded.
    state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state_reason VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    state_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    state_changed_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    UNIQUE KEY dead_letters_registration_id (registration_id),
    UNIQUE KEY dead_letters_digest (digest),
    KEY dead_letters_state_fingerprint (state, fingerprint)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
