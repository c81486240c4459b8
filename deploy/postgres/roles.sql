-- Makes the two roles of the service, once, by an administrator, in the service's own database:
--
--   psql --set=owner_password=… --set=app_password=… --file=deploy/postgres/roles.sql "postgres://admin@host/mbb"
--
-- mbb_owner owns the tables and changes them; mbb_app reads and writes rows. What mbb_app may do with each table it is
-- given by npm run migrate. Passwords of letters, digits, - and _ can stand in an address as they are.
\set ON_ERROR_STOP on

CREATE ROLE mbb_owner LOGIN PASSWORD :'owner_password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
CREATE ROLE mbb_app LOGIN PASSWORD :'app_password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;

-- One statement cannot know the name of the database that it is in.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO mbb_owner, mbb_app', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO mbb_owner;
GRANT USAGE ON SCHEMA public TO mbb_app;
