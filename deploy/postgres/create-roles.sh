#!/bin/sh
# For the PostgreSQL image: runs once, when the data folder is made (/docker-entrypoint-initdb.d).
set -eu
password() { cat "/run/secrets/$1"; }
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set=owner_password="$(password postgres_owner_password)" \
  --set=app_password="$(password postgres_app_password)" \
  --file=/opt/meta-backend/roles.sql
