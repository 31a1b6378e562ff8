#!/usr/bin/env bash
# What a pull request does to backups, told without any secret: the program of the base branch is built up in an engine
# of this run, time goes by so that there are recovery points, and the program of the pull request is previewed on that.
# BASE and HEAD: the project's folder before and after; STACK; ADVANCE: how much time (60d); OUTPUT: a folder that gets
# preview.json and comment.md. Ends with the exit code of the preview, or of what failed before it.
set -euo pipefail

export PULUMI_BACKEND_URL="file://$OUTPUT/state"
export PULUMI_CONFIG_PASSPHRASE="${PULUMI_CONFIG_PASSPHRASE-}"
mkdir -p "$OUTPUT/state"
: >"$OUTPUT/preview.json"

# Whatever fails: the comment of an earlier change must not stand there as if it were of this one.
tell() {
  cloudbackup -C "$HEAD" --stack "$STACK" pr-comment --preview "$OUTPUT/preview.json" --stderr "$OUTPUT/log.txt" \
    --output "$OUTPUT/comment.md"
}
trap tell EXIT

use_stack() {
  pulumi -C "$1" stack select --create "$STACK" --non-interactive
  pulumi -C "$1" config set cloudbackup:engineUrl "sqlite://$OUTPUT/engine.db" --stack "$STACK" --non-interactive
}

build_base() {
  use_stack "$BASE"
  pulumi -C "$BASE" up --yes --skip-preview --stack "$STACK" --non-interactive
  cloudbackup -C "$BASE" --stack "$STACK" advance "$ADVANCE"
}

if [ -f "$BASE/Pulumi.yaml" ]; then build_base 2>&1 | tee "$OUTPUT/log.txt"; fi
use_stack "$HEAD" 2>&1 | tee "$OUTPUT/log.txt"
PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi -C "$HEAD" preview --json --stack "$STACK" --non-interactive \
  2>&1 >"$OUTPUT/preview.json" | tee "$OUTPUT/log.txt" >&2
