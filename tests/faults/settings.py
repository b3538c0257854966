"""The tests' settings for a process beside the tests, on their databases: `SEP_TEST_DATABASES` as JSON."""

import json
import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

for alias, database in json.loads(os.environ["SEP_TEST_DATABASES"]).items():
    DATABASES[alias] |= database
