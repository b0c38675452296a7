#!/bin/bash
# Makes the database at the first start, then runs the server as the user postgres. Reads what we use of the variables that
# the official image documents: POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD(_FILE), POSTGRES_INITDB_ARGS, PGDATA.
set -euo pipefail

case "${1:-}" in
  postgres | -*) ;;
  *) exec "$@" ;;
esac
if [ "$1" != postgres ]; then set -- postgres "$@"; fi
if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); fi
export POSTGRES_PASSWORD="${POSTGRES_PASSWORD:-}"
unset POSTGRES_PASSWORD_FILE
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 700 "$(dirname "$PGDATA")" "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

user=${POSTGRES_USER:-postgres}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "$POSTGRES_PASSWORD" ] || { echo 'set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE' >&2; exit 1; }
  # shellcheck disable=SC2086 # several words on purpose, as the official image reads them
  initdb -D "$PGDATA" -U "$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-host=scram-sha-256 --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  database=${POSTGRES_DB:-$user}
  if [ "$database" != postgres ]; then
    printf 'CREATE DATABASE "%s";\n' "$database" | postgres --single -D "$PGDATA" postgres > /dev/null
  fi
fi
unset POSTGRES_PASSWORD
exec "$@" -c unix_socket_directories=/tmp
