-- Rows of imports that did not make it. They count once their attempt is that of their chunk, and are
-- deleted after 30 days, which are read off the import's id; of those that are on hold, what is in them.
CREATE TABLE import_errors (
    import_id BINARY(16) NOT NULL,
    import_row INT UNSIGNED NOT NULL,
    -- The chunk or the part of one that has the row, and the attempt to record it: a number that no other
    -- attempt has.
    first_row INT UNSIGNED NOT NULL,
    part INT UNSIGNED NOT NULL,
    attempt BIGINT UNSIGNED NOT NULL,
    -- invalid, rejected or on_hold.
    kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- NULL of an invalid row, which is no registration.
    registration_id BINARY(16) NULL DEFAULT NULL,
    -- JSON: what is in the three columns, and everything that is wrong with the row.
    given LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    errors LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (import_id, import_row, attempt),
    -- What is on hold is looked up each time that the import is read.
    KEY import_errors_kind (import_id, kind)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
