#!/bin/sh
# Backs the store in folder $1 up into a file in folder $2, while the service runs.
#
# The order of the folders matters, and tar keeps to it. What a change did to live/ and drafts/ is
# told by its revision, and the service takes a difference for an edit by hand: were live/ copied
# first, a panel that is withdrawn meanwhile would be published again by the restored store.
# The log comes last, so that it has a line for every publication in the backup.
# docs/operators.md says more.
set -eu
data=$1
out=$2/insights-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
umask 077
trap 'rm -f "$out.part"' EXIT
others=
for each in accounts.json log.jsonl; do
  if [ -e "$data/$each" ]; then others="$others $each"; fi
done
# 1: a file changed or went away while it was read, as is to be expected.
tar -C "$data" -czf "$out.part" revisions journal drafts live $others || [ $? -eq 1 ]
sync "$out.part"
mv "$out.part" "$out"
echo "$out"
