#!/bin/sh
# Runs once, in an empty PostgreSQL: roles, database and rights of docs/runbooks/production-database.md.
set -eu
. /secrets/roles
psql --set ON_ERROR_STOP=1 --quiet --username postgres --file /sql/roles.sql
for role in owner api queue; do
  eval "password=\$$role"
  printf "ALTER ROLE daybook_%s PASSWORD '%s';\n" "$role" "$password" | psql --set ON_ERROR_STOP=1 --quiet --username postgres
done
psql --set ON_ERROR_STOP=1 --quiet --username postgres --command 'CREATE DATABASE daybook OWNER daybook_owner'
psql --set ON_ERROR_STOP=1 --quiet --username postgres --dbname daybook --file /sql/rights.sql
