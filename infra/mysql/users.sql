-- The users of Registrar, each with the rights that its work needs. Safe to repeat. The command that runs this puts
-- the passwords in, without quotes or backslashes in them.

CREATE DATABASE IF NOT EXISTS registrar;

-- Looks registrations up, and writes nothing.
CREATE USER IF NOT EXISTS 'api'@'%';
ALTER USER 'api'@'%' IDENTIFIED BY '${API_PASSWORD}';
GRANT SELECT ON registrar.* TO 'api'@'%';

CREATE USER IF NOT EXISTS 'worker'@'%';
ALTER USER 'worker'@'%' IDENTIFIED BY '${WORKER_PASSWORD}';
GRANT SELECT, INSERT, UPDATE, DELETE ON registrar.* TO 'worker'@'%';

-- The operators' command: dead letters and pauses.
CREATE USER IF NOT EXISTS 'operator'@'%';
ALTER USER 'operator'@'%' IDENTIFIED BY '${OPERATOR_PASSWORD}';
GRANT SELECT, INSERT, UPDATE, DELETE ON registrar.* TO 'operator'@'%';

-- Makes and changes the tables.
CREATE USER IF NOT EXISTS 'migrate'@'%';
ALTER USER 'migrate'@'%' IDENTIFIED BY '${MIGRATE_PASSWORD}';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON registrar.* TO 'migrate'@'%';
