-- What is known of the numbers of messages. A row adds to what other rows say of the same epoch and
-- lane: each column is a set of numbers such as 1-500,502, and what counts is the union. Rows are
-- joined in the background.
CREATE TABLE ledger (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    -- The publishing line that gave the numbers, from the start of its process to its end.
    epoch BINARY(16) NOT NULL,
    lane VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- The publisher said what became of these: confirmed, unless in the next column.
    stated LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- Refused by RabbitMQ, or without an answer.
    unconfirmed LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    -- A worker settled these: their registrations have outcomes.
    settled LONGTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
