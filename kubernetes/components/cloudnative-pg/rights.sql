-- The rights of docs/runbooks/production-database.md. Safe to run again; as a superuser, in the database daybook.
ALTER SCHEMA public OWNER TO daybook_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE daybook FROM PUBLIC;
GRANT CONNECT ON DATABASE daybook TO daybook_api, daybook_queue;
GRANT USAGE ON SCHEMA public TO daybook_api, daybook_system;
GRANT CREATE ON DATABASE daybook TO daybook_queue;
