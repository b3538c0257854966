"""The clinic's background work about its connection."""

from clinic.institution import connection
from clinic.institution.models import Institution
from sep.jobs import job


@job("clinic.check_connection", queue="clinic")
def check_connection(institution_id: str) -> None:
    """Ask the service with the clinic's settings and write down what came back."""
    institution = Institution.objects.get(pk=institution_id)
    state, organization = connection.check(institution)
    connection.write_down(institution, state, organization)
