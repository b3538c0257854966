"""The clinic's background work about its connection."""

from clinic.institution import connection, max_bot_exchange, rules_exchange
from clinic.institution.models import Institution
from sep.jobs import job


@job("clinic.check_connection", queue="clinic")
def check_connection(institution_id: str) -> None:
    """Ask the service with the clinic's settings and write down what came back."""
    institution = Institution.objects.get(pk=institution_id)
    state, organization = connection.check(institution)
    connection.write_down(institution, state, organization)


@job("clinic.max_bot", queue="clinic")
def fulfil_wish_about_max_bot(institution_id: str) -> None:
    """Do what is wanted of the bot in MAX: ask about it, connect it, let it go."""
    max_bot_exchange.fulfil(institution_id)


@job("clinic.signing_rules", queue="clinic")
def fulfil_wishes_about_rules(institution_id: str) -> None:
    """Change the rules of signing as is wanted, and ask how they stand."""
    rules_exchange.fulfil(institution_id)
