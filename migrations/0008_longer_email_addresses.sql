-- The longest address that mail can carry. Its key has 320 characters already: 64 before the @, and
-- 253 of a domain in ASCII.
ALTER TABLE students
    MODIFY COLUMN email VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    -- Both lengths take two bytes, so no row is written again; a server that would has to say so.
    ALGORITHM = INPLACE, LOCK = NONE;
