"""The description of the API is true: whatever is sent, answers keep to it and none is a 5xx."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

from sep.config.environment import environment
from sep.config.wsgi import application
from tests.api.mis import Mis

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

EXAMPLES = int(os.environ.get("SEP_SCHEMA_EXAMPLES", "25"))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
)


DESCRIPTION = schemathesis.openapi.from_wsgi("/sep/api/v1/openapi.json", application)
OPERATIONS = {operation.ok().label: operation.ok() for operation in DESCRIPTION.get_all_operations()}


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setattr(environment(), "api_requests_a_minute", 10**9)
    monkeypatch.setattr("sep.api.authentication.BAD_A_MINUTE", 10**9)
    monkeypatch.setattr("sep.api.authentication.BAD_AN_HOUR", 10**9)
    mis = Mis()
    mis.create()
    return mis.token


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_keep_to_the_description(label, token):
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy())
    def hold(case):
        case.call_and_validate(headers={"Authorization": f"N3 {token}"}, checks=CHECKS)

    hold()
