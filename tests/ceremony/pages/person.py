"""A person with a phone and a browser without JavaScript."""

import re

from django.test import Client

from sep.delivery.models import Delivery, Purpose
from tests.ceremony import walk


class Person:
    """Walks the pages of a package as its signer would."""

    def __init__(self, package):
        self.package = package
        self.token = walk.token_of(package)
        self.documents = list(package.ordered())
        self.document = self.documents[0]
        self.browser = Client()
        self.visited = []

    def get(self, path, **options):
        return self._noted(self.browser.get(path, **options))

    def post(self, path, data=None, **options):
        return self._noted(self.browser.post(path, data or {}, **options))

    def open(self):
        return self.post(f"/s/{self.token}")

    def tell_birth_date(self, birth_date=None):
        day = birth_date or self.package.signer.person.birth_date
        return self.post("/sign/identity", {"day": day.day, "month": day.month, "year": day.year})

    def come_in(self):
        self.open()
        self.tell_birth_date()
        return self

    def at(self, part="", document=None):
        return f"/sign/documents/{(document or self.document).id}/{part}"

    def read(self, document=None):
        return self.get(self.at(document=document))

    def press_sign(self, document=None):
        return self.post(self.at("intent", document), {"informed": "on"})

    def code(self):
        """The code in the latest message."""
        delivery = Delivery.objects.filter(package=self.package, purpose=Purpose.CODE).latest("created_at")
        return re.search(r"\d{6}", walk.sms(delivery)).group()

    def wrong_code(self):
        return f"{(int(self.code()) + 1) % 10**6:06}"

    def enter(self, code, document=None):
        return self.post(self.at("code", document), {"code": code})

    def sign(self, document=None):
        self.read(document)
        self.press_sign(document)
        return self.enter(self.code(), document)

    def _noted(self, response):
        self.visited.append(response)
        return response


def words(response):
    """The text of a page as a person reads it: no tags, spaces joined."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())
