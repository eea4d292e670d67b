-- The row of the file that a student came from, by which duplicates in one file are named. It has no
-- index, which every registration would pay for: it is read with the student's row.
ALTER TABLE students
    ADD COLUMN import_row INT UNSIGNED NULL DEFAULT NULL,
    -- No row is written again; a server that would has to say so.
    ALGORITHM = INSTANT;
