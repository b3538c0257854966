import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from sep.jobs import UnknownWorkflow, cancel, enqueue, notify, receive, sleep
from sep.jobs.status import failed_jobs
from sep.jobs.testing import drain
from tests.jobs.sample import (
    GatewayDown,
    answer,
    careless,
    chain,
    flaky,
    hopeless,
    nap,
    note,
    question,
    refused,
    resilient,
    said,
    write_step,
)


def test_same_workflow_id_runs_once_before_and_after_it_finished(probe):
    enqueue(note, "first", workflow_id="invitation-7")
    enqueue(note, "second", workflow_id="invitation-7")
    drain()
    enqueue(note, "third", workflow_id="invitation-7")
    drain()
    assert probe() == ["first"]


def test_jobs_of_one_partition_run_one_after_another_in_the_order_of_their_ids(probe):
    marks = ("first", "second", "third")
    for number, mark in enumerate(marks):
        enqueue(said, mark, workflow_id=f"said-{number:012}", partition="dialog-1")
    drain()
    assert probe() == [f"{mark} {what}" for mark in marks for what in ("begins", "ends")]


def test_jobs_of_two_partitions_do_not_wait_for_each_other(probe):
    for number in range(3):
        enqueue(said, f"a{number}", workflow_id=f"said-{number:012}", partition="dialog-1")
    enqueue(said, "b", partition="dialog-2")
    drain()
    assert probe().index("b begins") < probe().index("a1 begins")


def test_partition_belongs_to_a_partitioned_queue_and_to_no_other(probe):
    with pytest.raises(ValueError, match="do not fit"):
        enqueue(said, "nowhere")
    with pytest.raises(ValueError, match="do not fit"):
        enqueue(note, "somewhere", partition="dialog-1")


def test_delayed_job_does_not_run_before_its_time(probe):
    enqueue(note, "reminder", delay=timedelta(days=1))
    drain()
    assert probe() == []


def test_delayed_job_runs_when_its_time_has_come(probe):
    enqueue(note, "reminder", delay=timedelta(days=1))
    drain(delayed=True)
    assert probe() == ["reminder"]


def test_delayed_job_runs_after_a_travel_in_time(probe):
    enqueue(note, "reminder", delay=timedelta(days=1))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        drain()
    assert probe() == ["reminder"]


def test_cancelled_job_does_not_run(probe):
    workflow_id = enqueue(note, "reminder", delay=timedelta(days=1))
    cancel(workflow_id)
    drain(delayed=True)
    assert probe() == []


def test_cancelling_is_undone_by_a_rollback(probe):
    workflow_id = enqueue(note, "reminder")
    with transaction.atomic():
        cancel(workflow_id)
        transaction.set_rollback(True)
    drain()
    assert probe() == ["reminder"]


def test_cancelling_what_nobody_knows_changes_nothing(probe):
    cancel("no-such-run")
    drain()
    assert probe() == []


def test_job_enqueues_the_next_one(probe):
    enqueue(chain, "a")
    drain()
    assert probe() == ["a:first", "a:second"]


def test_failing_job_is_tried_again_until_it_succeeds(probe):
    enqueue(flaky, "try")
    drain()
    assert probe() == ["try"] * 3
    assert failed_jobs() == []


def test_job_whose_tries_are_exhausted_is_listed_as_failed(probe):
    workflow_id = enqueue(hopeless, "try")
    with pytest.raises(GatewayDown):
        drain()
    assert probe() == ["try"] * 3
    [failed] = failed_jobs()
    assert (failed.workflow_id, failed.name, failed.queue) == (workflow_id, "sample.hopeless", "messages")
    assert abs(datetime.now(UTC) - failed.failed_at) < timedelta(hours=1)
    assert failed.error.startswith("GatewayDown (gateway_down) at tests.jobs.sample:")


def test_error_not_worth_a_retry_is_final_at_once(probe):
    enqueue(refused, "try")
    with pytest.raises(ValueError, match="7999"):
        drain()
    assert probe() == ["try"]


def test_message_of_an_error_reaches_neither_the_log_nor_the_database(probe, caplog, dump):
    enqueue(hopeless, "try")
    with caplog.at_level(logging.DEBUG), pytest.raises(GatewayDown):
        drain()
    assert "sample.hopeless" in caplog.text
    assert "+79990000000" not in caplog.text
    assert "GatewayDown" in dump()
    assert "+79990000000" not in dump()


def test_workflow_goes_another_way_when_a_step_failed(probe):
    enqueue(resilient, "a")
    drain()
    assert probe() == ["a:trying", "a:trying", "a:GatewayDown:gateway_down"]


def test_workflow_receives_what_was_sent_while_it_waited(probe):
    workflow_id = enqueue(question, "a", 3600)
    drain()
    assert probe() == ["a:asked"]
    notify(workflow_id, "answer", "yes")
    drain()
    assert probe() == ["a:asked", "a:yes"]


def test_workflow_receives_what_another_job_sends_at_the_same_time(probe):
    enqueue(question, "a", 3600, workflow_id="q")
    enqueue(answer, "q", "yes")
    drain()
    assert probe() == ["a:asked", "a:yes"]


def test_workflow_goes_on_without_an_answer_after_the_timeout(probe):
    enqueue(question, "a", 0)
    drain()
    assert probe() == ["a:asked", "a:None"]


def test_workflow_that_waits_gives_up_when_time_has_passed(probe):
    enqueue(question, "a", 3600)
    drain()
    drain(delayed=True)
    assert probe() == ["a:asked", "a:None"]


def test_sleeping_workflow_goes_on_when_time_has_passed(probe):
    enqueue(nap, "a", 3600)
    drain()
    drain(delayed=True)
    assert probe() == ["a:before", "a:after"]


def test_notice_of_a_rolled_back_transaction_is_not_received(probe):
    workflow_id = enqueue(question, "a", 3600)
    with transaction.atomic():
        notify(workflow_id, "answer", "yes")
        transaction.set_rollback(True)
    drain()
    assert probe() == ["a:asked"]


def test_notice_to_nobody_is_an_error_that_spares_the_transaction(probe):
    with transaction.atomic():
        with pytest.raises(UnknownWorkflow):
            notify("no-such-run", "answer", "yes")
        enqueue(note, "after")
    drain()
    assert probe() == ["after"]


def test_sleeping_workflow_is_left_asleep_and_its_first_step_is_not_repeated(probe):
    enqueue(nap, "a", 3600)
    drain()
    drain()
    assert probe() == ["a:before"]


def test_workflow_that_enqueues_between_its_steps_is_told_off(probe):
    enqueue(careless, "a")
    with pytest.raises(RuntimeError, match="in its steps only"):
        drain()
    assert probe() == []


@pytest.mark.parametrize("value", [{"phone": "+7"}, None, 1.5, ["id"]])
def test_job_takes_nothing_but_ids(probe, value):
    with pytest.raises(TypeError):
        enqueue(note, value)


def test_drain_refuses_an_open_transaction(probe):
    with transaction.atomic(), pytest.raises(RuntimeError, match="transactional_db"):
        drain()


def test_job_and_step_called_by_themselves_are_plain_functions(probe):
    note("job")
    assert write_step("step") == "step"
    assert probe() == ["job", "step"]


def test_waiting_outside_a_workflow_is_refused():
    with pytest.raises(RuntimeError):
        sleep(timedelta(seconds=1))
    with pytest.raises(RuntimeError):
        receive("answer", timedelta(seconds=1))


def test_threads_of_a_web_process_enqueue_at_the_same_time(probe):
    def enqueue_five(thread):
        for number in range(5):
            with transaction.atomic():
                enqueue(note, f"{thread}-{number}")
        connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(enqueue_five, range(8)))
    drain()
    assert sorted(probe()) == sorted(f"{thread}-{number}" for thread in range(8) for number in range(5))
