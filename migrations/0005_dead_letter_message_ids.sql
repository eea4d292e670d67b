-- The id under which a message was published, and under which a replay publishes it again. The
-- digest is made with it, so that a letter that fails again is found to be the same.
ALTER TABLE dead_letters
    ADD COLUMN message_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL;
