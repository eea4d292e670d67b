-- What became of the rows of each message of an import. Written once, after everything that it counts,
-- so that a message that comes again changes nothing.
CREATE TABLE import_chunks (
    import_id BINARY(16) NOT NULL,
    -- The first row of the chunk as it was sent.
    first_row INT UNSIGNED NOT NULL,
    -- 0 for a whole chunk; of a part that was split off, its first row. A whole chunk counts for its parts.
    part INT UNSIGNED NOT NULL,
    registered INT UNSIGNED NOT NULL,
    -- This importer had registered them already.
    unchanged INT UNSIGNED NOT NULL,
    rejected INT UNSIGNED NOT NULL,
    invalid INT UNSIGNED NOT NULL,
    -- At that time.
    on_hold INT UNSIGNED NOT NULL,
    -- Of the rows that failed, those of this attempt to record the message count.
    attempt BIGINT UNSIGNED NOT NULL,
    recorded_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (import_id, first_row, part)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
