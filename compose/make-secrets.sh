#!/bin/sh
# The secrets of compose.yaml, made once: files that are there stay as they are. Each program gets those that it needs.
set -eu
umask 077
chown 10001:10001 /data/mail /data/objects
[ -f /secrets/complete ] && exit 0

random() { node -p 'crypto.randomBytes(24).toString("base64url")'; }
owner=$(random) api=$(random) queue=$(random)
random > /secrets/postgres-password
echo "DATABASE_OWNER_URL=postgres://daybook_owner:$owner@postgres/daybook" > /secrets/owner.env
{
  echo "DATABASE_URL=postgres://daybook_api:$api@postgres/daybook"
  echo "REDIS_URL=redis://redis:6379"
  daybook keys new
} > /secrets/server.env
printf 'S3_ACCESS_KEY_ID=daybook\nS3_SECRET_ACCESS_KEY=%s\n' "$(random)" > /secrets/store.env
printf 'owner=%s\napi=%s\nqueue=%s\n' "$owner" "$api" "$queue" > /secrets/roles
chown 10001:10001 /secrets/*.env
chown 999:999 /secrets/postgres-password /secrets/roles
chmod 755 /secrets
touch /secrets/complete
