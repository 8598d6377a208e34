"""Speaks the protocol of ../README.md with the AWS Common Runtime."""

import http.client
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from urllib.parse import urlsplit

from awscrt.auth import AwsCredentialsProvider, AwsSigningConfig, aws_sign_request
from awscrt.http import HttpHeaders, HttpRequest

STS = urlsplit(os.environ["STS_ENDPOINT"])
BODY = "Action=GetCallerIdentity&Version=2011-06-15"


def attempt(chain):
    """The runtime signs; sending is left to its users."""
    try:
        headers = HttpHeaders([("host", STS.netloc), ("content-type", "application/x-www-form-urlencoded")])
        config = AwsSigningConfig(credentials_provider=chain(), region=os.environ["AWS_REGION"], service="sts")
        signed = aws_sign_request(HttpRequest("POST", "/", headers), config).result()
        connection = http.client.HTTPConnection(STS.hostname, STS.port)
        connection.request("POST", "/", BODY, dict(signed.headers))
        status = connection.getresponse().status
        return None if status == 200 else f"STS answered {status}"
    except Exception as error:
        return str(error)


def fresh(count):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: attempt(AwsCredentialsProvider.new_default_chain), range(count)))


def main():
    kept = []

    def keep():
        if not kept:
            kept.append(AwsCredentialsProvider.new_default_chain())
        return kept[0]

    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "version":
            answer = {"version": version("awscrt")}
        elif command == "call":
            answer = {"errors": [attempt(keep)]}
        else:
            answer = {"errors": fresh(int(arguments[0]))}
        print(json.dumps(answer), flush=True)


main()
