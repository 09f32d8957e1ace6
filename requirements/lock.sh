#!/bin/sh
# Makes every lock: pinned, with hashes, without addresses. dev.txt comes first, so that a bundle holds what was tested.
set -eu
cd "$(dirname "$0")/.."

lock() {
    output="requirements/$1.txt"
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@" --output-file "$output"
}

bundle() {
    group="$1"
    shift
    # The Lambda runtime has boto3 and what it needs.
    lock "$group" --group "$group" --constraints requirements/dev.txt \
        --no-emit-package boto3 --no-emit-package botocore --no-emit-package s3transfer --no-emit-package jmespath "$@"
}

lock uv requirements/uv.in
lock dev pyproject.toml --group dev
bundle gate
bundle executor
# LangGraph and ChatBedrockConverse import and run without these two, which weigh 91 MB.
bundle reasoner --no-emit-package numpy --no-emit-package zstandard
bundle extractor --no-emit-package numpy --no-emit-package zstandard
bundle asserter
bundle approvals
bundle api
bundle recorder
bundle archiver
bundle sealer
bundle timekeeper
bundle monitor
bundle cascade
bundle policy_administration
bundle mailbox
