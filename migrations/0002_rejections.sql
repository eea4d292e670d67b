-- Registrations that ended with a final no. The first reason wins.
CREATE TABLE rejections (
    registration_id BINARY(16) NOT NULL,
    code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    import_id BINARY(16) NULL DEFAULT NULL,
    import_row INT UNSIGNED NULL DEFAULT NULL,
    accepted_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    rejected_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (registration_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
