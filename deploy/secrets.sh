#!/bin/sh
# Makes the secrets that docker-compose.yml reads from deploy/secrets: those that are not there yet, so that it may be run
# again. Keep a copy of this folder apart from the backups of the database: without encryption_keys no token can be read.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"
# The containers read them as another user; the folder keeps everybody else out.
chmod 700 "$folder"

put() { # name, content
  [ -s "$folder/$1" ] || printf '%s\n' "$2" >"$folder/$1"
  chmod 644 "$folder/$1"
}
random() { openssl rand -hex 24; }

put postgres_admin_password "$(random)"
put postgres_owner_password "$(random)"
put postgres_app_password "$(random)"
put redis_password "$(random)"
put database_url "postgres://mbb_app:$(cat "$folder/postgres_app_password")@postgres:5432/mbb"
put migration_database_url "postgres://mbb_owner:$(cat "$folder/postgres_owner_password")@postgres:5432/mbb"
put redis_url "redis://:$(cat "$folder/redis_password")@redis:6379"
put encryption_keys "k1:$(openssl rand -base64 32)"
put jwt_secret "$(openssl rand -base64 48)"
if [ ! -s "$folder/meta_app_secret" ]; then
  echo "Write the Meta app's secret into $folder/meta_app_secret (App dashboard, Settings, Basic)." >&2
fi
