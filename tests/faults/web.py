"""A web process that dies while a code is entered: `python -m tests.faults.web STEP PATH CODE COOKIE`."""

import sys

import django

django.setup()

from django.test import Client  # noqa: E402

from tests.faults.death import SIGNING  # noqa: E402

if __name__ == "__main__":
    step, path, code, name, cookie = sys.argv[1:]
    SIGNING[step]()
    browser = Client()
    browser.cookies[name] = cookie
    browser.post(path, {"code": code})
    sys.exit(0)
