"""Answers as JSON in UTF-8: Cyrillic stays readable in a log of the МИС, and half as long."""

from ninja.renderers import JSONRenderer


class Readable(JSONRenderer):
    media_type = "application/json"
    charset = "utf-8"
    json_dumps_params = {"ensure_ascii": False}
