-- Imports that their importers cancelled: what is not registered yet is rejected.
CREATE TABLE import_cancellations (
    import_id BINARY(16) NOT NULL,
    cancelled_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (import_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
