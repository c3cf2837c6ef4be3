#!/bin/sh
# Backs the store in folder $1 up into a file in folder $2, while the service runs.
#
# The order of the folders matters, and tar keeps to it. What a change did to live/ and drafts/ is
# told by its revision, and the service takes a difference for an edit by hand: were live/ copied
# first, a panel that is withdrawn meanwhile would be published again by the restored store.
# The log comes after them, so that it has a line for every publication in the backup. The records
# beside the entries are a database, which only SQLite can copy while others write to it.
# docs/operators.md says more.
set -eu
data=$1
out=$2/insights-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
umask 077
copy=$(mktemp -d "${TMPDIR:-/tmp}/insights-records.XXXXXX")
trap 'rm -rf "$out.part" "$copy"' EXIT
others=
for each in accounts.json log.jsonl; do
  if [ -e "$data/$each" ]; then others="$others $each"; fi
done
set --
if [ -e "$data/records.sqlite3" ]; then
  set -- -C "$copy" records.sqlite3
  python3 -c 'import sqlite3, sys
of, to = map(sqlite3.connect, sys.argv[1:])
of.backup(to)
to.close()' "$data/records.sqlite3" "$copy/records.sqlite3"
fi
# 1: a file changed or went away while it was read, as is to be expected.
tar -C "$data" -czf "$out.part" revisions journal drafts live $others \
  "$@" || [ $? -eq 1 ]
sync "$out.part"
mv "$out.part" "$out"
echo "$out"
