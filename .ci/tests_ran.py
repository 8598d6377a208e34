"""Says in one line what ran, and fails when a test was skipped or a folder of reports holds no test."""

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(folders):
    complaints = []
    counts = []
    for folder in map(Path, folders):
        reports = [ElementTree.parse(file) for file in sorted(folder.glob("TEST-*.xml"))]
        cases = [case for report in reports for case in report.iter("testcase")]
        skipped = [case for case in cases if case.find("skipped") is not None]
        failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
        counts.append(f"{folder.name}: {len(cases)} run, {len(failed)} failed, {len(skipped)} skipped")
        if len(cases) == len(skipped):
            complaints.append(f"no test ran in {folder}")
        complaints += [f"no test ran in {report.getroot().get('name')}" for report in reports if not report.findall("testcase")]
        complaints += [f"skipped: {name(case)} ({reason(case)})" for case in skipped]
        complaints += [f"failed: {name(case)}" for case in failed]
    print("; ".join(counts))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def name(case):
    return f"{case.get('classname')}.{case.get('name')}"


def reason(case):
    skipped = case.find("skipped")
    # An assumption's text stands inside, before its stack trace.
    lines = (skipped.get("message") or skipped.text or "").strip().splitlines()
    return lines[0] if lines else "no reason given"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
