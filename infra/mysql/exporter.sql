-- The user of mysqld_exporter: enough for its default collectors, and no table of an application.
-- ${EXPORTER_PASSWORD} is filled in by whatever runs this.
CREATE USER IF NOT EXISTS exporter@'%' IDENTIFIED BY '${EXPORTER_PASSWORD}';
ALTER USER exporter@'%' IDENTIFIED BY '${EXPORTER_PASSWORD}' WITH MAX_USER_CONNECTIONS 3;
-- The right to ask a replica for its status has a name of its own in MariaDB.
GRANT PROCESS, /*M! SLAVE MONITOR */ /*!80000 REPLICATION CLIENT */ ON *.* TO exporter@'%';
GRANT SELECT ON performance_schema.* TO exporter@'%';
