-- What operators said about pausing lanes. Rows are only added: the last one of a lane counts, and
-- all of them together say who paused what, when and why.
CREATE TABLE lane_pauses (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    lane VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- When the pause ends by itself; NULL when this row ends one.
    paused_until TIMESTAMP(6) NULL DEFAULT NULL,
    reason VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL,
    said_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    said_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    KEY lane_pauses_lane (lane, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
