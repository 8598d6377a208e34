"""load.py URL RATE SECONDS: asks for credentials with the pod's token, RATE times a second whatever comes back, each time on a
new connection. Says "asking" after the first answer; ends after SECONDS, or with its input, and prints as JSON how many
requests failed, how, and the longest time without an answer."""

import http.client
import json
import os
import sys
import threading
import time
import urllib.parse

TOKEN_FILE = os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]


def main(url, rate, seconds):
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    first = ask(url)
    print("asking", first[1] or "", flush=True)
    start = time.monotonic()
    outcomes = []
    threads = []
    for number in range(int(rate * seconds)):
        if ended.wait(max(0, start + number / rate - time.monotonic())):
            break
        threads.append(threading.Thread(target=lambda: outcomes.append(ask(url)), daemon=True))
        threads[-1].start()
    end = time.monotonic()
    for thread in threads:
        thread.join(10)
    failures = {}
    for _, failure in outcomes:
        if failure:
            failures[failure] = failures.get(failure, 0) + 1
    answered = [start] + sorted(at for at, failure in outcomes if not failure) + [end]
    print(
        json.dumps(
            {
                "requests": len(threads),
                "failed": len(threads) - sum(1 for _, failure in outcomes if not failure),
                "gap": round(max(after - before for before, after in zip(answered, answered[1:])), 2),
                "failures": failures,
            }
        )
    )


def ask(url):
    """When it was answered, and what was wrong, if anything was."""
    to = urllib.parse.urlsplit(url)
    try:
        with open(TOKEN_FILE) as file:
            token = file.read()
        connection = http.client.HTTPConnection(to.hostname, to.port or 80, timeout=2)
        try:
            connection.request("GET", to.path, headers={"Authorization": token})
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            return time.monotonic(), None if answer.status == 200 else f"{answer.status} {text[:200]}"
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as e:
        return time.monotonic(), f"{type(e).__name__} {e}"


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
