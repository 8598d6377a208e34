"""Speaks the protocol of ../README.md with boto3."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore.session


def client():
    session = boto3.Session(botocore_session=botocore.session.Session())
    return session.client("sts", endpoint_url=os.environ["STS_ENDPOINT"])


def fresh(count):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: attempt(client), range(count)))


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
            kept.append(client())
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
