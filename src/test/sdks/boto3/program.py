"""Speaks the protocol of ../README.md with boto3."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import boto3
import botocore.session

# Python makes clients twenty times as fast one after another as two hundred at once.
MAKING = Lock()


def session():
    core = botocore.session.Session()
    # What services look like is read once.
    core.register_component("data_loader", DESCRIPTIONS)
    return core


DESCRIPTIONS = botocore.session.Session().get_component("data_loader")


def client(core):
    # Asks for credentials already.
    core.get_credentials()
    with MAKING:
        return boto3.Session(botocore_session=core).client("sts", endpoint_url=os.environ["STS_ENDPOINT"])


def fresh(count):
    sessions = [session() for _ in range(count)]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda core: attempt(lambda: client(core)), sessions))


def attempt(make):
    try:
        make().get_caller_identity()
        return None
    except Exception as error:
        return str(error)


def main():
    kept = []

    def keep():
        if not kept:
            kept.append(client(session()))
        return kept[0]

    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "version":
            answer = {"version": boto3.__version__}
        elif command == "call":
            answer = {"errors": [attempt(keep)]}
        else:
            answer = {"errors": fresh(int(arguments[0]))}
        print(json.dumps(answer), flush=True)


main()
