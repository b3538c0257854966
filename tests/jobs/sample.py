"""Jobs for the tests. What they did is rows of `jobs_probe`, written through Django like any business row."""

import time
from datetime import timedelta

from django.db import connection, transaction

from sep.jobs import Retry, StepFailed, enqueue, every, job, notify, receive, sleep, step, workflow


class GatewayDown(Exception):
    code = "gateway_down"


def make_probe():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS jobs_probe (mark varchar(60) NOT NULL, at double precision NOT NULL)"
        )
        cursor.execute("DELETE FROM jobs_probe")


def write(mark):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO jobs_probe VALUES (%s, %s)", [mark, time.time()])


def marks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM jobs_probe WHERE mark <> 'pulse' ORDER BY at")
        return [mark for (mark,) in cursor.fetchall()]


def pulses():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_probe WHERE mark = 'pulse'")
        return cursor.fetchone()[0]


@job("sample.note", queue="messages")
def note(mark: str) -> None:
    write(mark)


@job("sample.note_code", queue="codes")
def note_code(mark: str) -> None:
    write(mark)


@job("sample.said", queue="chat")
def said(mark: str) -> None:
    write(f"{mark} begins")
    time.sleep(0.1)
    write(f"{mark} ends")


@job("sample.slow", queue="messages")
def slow(mark: str) -> None:
    time.sleep(0.2)
    write(mark)


@job("sample.flaky", retry=Retry(attempts=3, on=(GatewayDown,)))
def flaky(mark: str) -> None:
    write(mark)
    if marks().count(mark) < 3:
        raise GatewayDown("+79990000000")


@job("sample.hopeless", retry=Retry(attempts=3, first=timedelta(milliseconds=10)))
def hopeless(mark: str) -> None:
    write(mark)
    raise GatewayDown("+79990000000")


@job("sample.refused", retry=Retry(attempts=3, on=(GatewayDown,)))
def refused(mark: str) -> None:
    write(mark)
    raise ValueError("+79990000000")


@job("sample.chain")
def chain(mark: str) -> None:
    with transaction.atomic():
        write(f"{mark}:first")
        enqueue(note, f"{mark}:second")


@step("write")
def write_step(mark: str) -> str:
    write(mark)
    return mark


@workflow("sample.nap")
def nap(mark: str, seconds: int) -> None:
    write_step(f"{mark}:before")
    sleep(timedelta(seconds=seconds))
    write_step(f"{mark}:after")


@workflow("sample.question")
def question(mark: str, seconds: int) -> None:
    write_step(f"{mark}:asked")
    answer = receive("answer", timedelta(seconds=seconds))
    write_step(f"{mark}:{answer}")


@job("sample.answer")
def answer(workflow_id: str, value: str) -> None:
    notify(workflow_id, "answer", value)


@every("sample.pulse", seconds=1)
def pulse() -> None:
    write("pulse")


@step("try", Retry(attempts=2))
def trying(mark: str) -> None:
    write(f"{mark}:trying")
    raise GatewayDown("+79990000000")


@workflow("sample.resilient")
def resilient(mark: str) -> None:
    try:
        trying(mark)
    except StepFailed as failure:
        write_step(f"{mark}:{failure.error}:{failure.code}")


@workflow("sample.careless")
def careless(mark: str) -> None:
    enqueue(note, mark)
