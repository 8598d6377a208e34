"""Asks boto3's default chain for credentials, once for each line of input, and answers with a line."""

import sys

import boto3


def ask():
    try:
        credentials = boto3.Session().get_credentials() if ask.kept is None else ask.kept
        ask.kept = credentials
        frozen = credentials.get_frozen_credentials()
        return f"OK {frozen.access_key} {frozen.secret_key} {frozen.token}"
    except Exception as e:  # Whatever a developer would see.
        return f"ERROR {type(e).__name__}: {e}"


ask.kept = None

print("READY", flush=True)
for _ in sys.stdin:
    print(ask().replace("\n", " "), flush=True)
