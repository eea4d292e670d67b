-- Files of which a message came. What the last message says is NULL until that one came.
CREATE TABLE imports (
    -- It begins with the time: the newest are the highest.
    id BINARY(16) NOT NULL,
    importer VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- The number of the key that it was sent with.
    key_id BIGINT UNSIGNED NOT NULL,
    file_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    -- Rows with something in them.
    row_count BIGINT UNSIGNED NULL DEFAULT NULL,
    bytes BIGINT UNSIGNED NULL DEFAULT NULL,
    sha256 VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
    -- JSON: how the file was read.
    understood LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    -- Why it was not read to its end.
    broken_off VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
    manifest_at TIMESTAMP(6) NULL DEFAULT NULL,
    PRIMARY KEY (id),
    KEY imports_importer (importer, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
