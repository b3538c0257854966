"""A person with MAX on the phone: acts in the simulator's MAX, and sees what its chat shows."""

import json

from django.test import Client

from sep.jobs.testing import drain
from simulator.max import dispatcher


class Messenger:
    """The MAX of one phone, talking to one bot."""

    def __init__(self, bot, phone):
        self.bot, self.phone, self.web = bot, phone, Client()

    # ── what the person does ──
    def start(self, payload=None):
        return self._act("start", payload=payload)

    def stop(self):
        return self._act("stop")

    def say(self, text, *, settles=True):
        return self._act("say", settles=settles, text=text)

    def share(self, how="own"):
        return self._act("share-contact", how=how)

    def press(self, label, mid=None):
        """Press the button whose label begins with `label`, on the newest message that has one."""
        message, row, column = self._button(label, mid)
        return self._act("press", mid=message["mid"], row=row, column=column)

    def launch(self, label):
        """Press a button of the mini-app; returns where MAX would open it."""
        return self.press(label)["url"]

    # ── what the person sees ──
    @property
    def messages(self):
        seen = self.web.get("/phone/api/max", {"to": self.phone}).json()
        return next((each["messages"] for each in seen["dialogs"] if each["bot"]["username"] == self.bot), [])

    @property
    def card(self):
        """The newest message of the bot with buttons."""
        return next(each for each in reversed(self.messages) if each["from"] == "bot" and each["keyboard"])

    @property
    def text(self):
        return self.card["text"]

    @property
    def buttons(self):
        return [button["text"] for row in self.card["keyboard"] for button in row]

    @property
    def files(self):
        return [file for each in self.messages for file in each["files"]]

    def file(self, number=-1):
        return self.web.get(self.files[number]["url"]).getvalue()

    def _button(self, label, mid):
        for message in reversed(self.messages):
            if mid is not None and message["mid"] != mid:
                continue
            for row, buttons in enumerate(message["keyboard"] or []):
                for column, button in enumerate(buttons):
                    if button["text"].startswith(label):
                        return message, row, column
        raise AssertionError(f"no button {label!r} under {[each['text'] for each in self.messages[-2:]]}")

    def _act(self, what, *, settles=True, **parts):
        body = json.dumps({"to": self.phone, "bot": self.bot, **parts})
        answer = self.web.post(f"/phone/api/max/{what}", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        if settles:
            settle()
        return answer.json()


def settle():
    """Let MAX bring its updates and the worker answer, until nothing is left to do."""
    dispatcher.send_due()
    drain()
    while dispatcher.send_due():
        drain()
