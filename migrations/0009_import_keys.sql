-- Who may import students. The key itself is nowhere: a row has its SHA-256.
CREATE TABLE import_keys (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    importer VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    key_hash BINARY(32) NOT NULL,
    created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    created_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- NULL when it does not expire.
    expires_at TIMESTAMP(6) NULL DEFAULT NULL,
    -- NULL while it is valid.
    revoked_at TIMESTAMP(6) NULL DEFAULT NULL,
    revoked_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY import_keys_key_hash (key_hash)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
