"""Server time of a patient search among 200 000 patients, by kind of query, on both engines.

    python -m bench.patients [--patients 200000] [--rounds 40] [--engine sqlite|postgresql|both]

A round asks each kind of query about another random patient, as the page does while one types: a signed-in
registrar's POST through the whole of Django (session, rights, search, template), without the network. The
names are drawn with the weights of real life: a few families and given names are very frequent, the rest make
a long tail. The slowest of what one may type (one letter, a frequent family, nobody) is measured as well.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta

from bench.machine import postgresql

TARGET_MS = 50
BATCH = 5_000
_FAMILIES = (
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев "
    "Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев "
    "Соловьёв Борисов Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв "
    "Гусев Киселёв Ильин Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков "
    "Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов "
    "Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев "
    "Тимофеев Фомин Чернов Абрамов Мартынов Ефимов Федотов Щербаков Назаров Калинин Исаев Чернышёв Быков "
    "Маслов Родионов Коновалов Лазарев Воронин Климов Филатов Пономарёв Голубев Кудрявцев Прохоров Наумов"
)
_SYLLABLES = "ба ве гор дуб жи зу ки лом ма не ош пи ру са ту фе хо ца чи ша ще юр яр бел кра сто тре вла"
_MEN = (
    "Александр Сергей Владимир Андрей Алексей Дмитрий Николай Иван Евгений Михаил Юрий Виктор Максим Павел "
    "Артём Игорь Анатолий Олег Роман Денис Илья Константин Антон Вячеслав Егор Тимофей Лев Глеб Семён Эдуард"
)
_WOMEN = (
    "Елена Татьяна Ольга Наталья Анна Ирина Светлана Мария Людмила Екатерина Галина Марина Юлия Валентина "
    "Надежда Анастасия Нина Любовь Дарья Вера Виктория Алина Полина Софья Ксения Алёна Зоя Яна Ева Эльвира"
)
FAMILIES, SYLLABLES, MEN, WOMEN = (text.split() for text in (_FAMILIES, _SYLLABLES, _MEN, _WOMEN))
KEYBOARD = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`")


def by_zipf(names, count, chance):
    return chance.choices(names, weights=[1 / (place + 3) for place in range(len(names))], k=count)


def people(count, institution, chance):
    """Generate unsaved patients: 60 % have one of the hundred frequent families."""
    from clinic.patients.models import Patient  # noqa: PLC0415  the settings are chosen first

    rare = sorted({"".join(chance.choices(SYLLABLES, k=3)).capitalize() + "ов" for _ in range(20_000)})
    families = [
        frequent if chance.random() < 0.6 else tail
        for frequent, tail in zip(by_zipf(FAMILIES, count, chance), by_zipf(rare, count, chance), strict=True)
    ]
    men, women, fathers = (by_zipf(names, count, chance) for names in (MEN, WOMEN, MEN))
    oldest = date(1930, 1, 1)
    for number in range(count):
        is_woman = chance.random() < 0.55
        father = fathers[number]
        stem = father[:-1] + "е" if father[-1] in "йь" else father + "о"
        patient = Patient(
            institution=institution,
            card_number=str(1_000_000 + number),
            family=families[number] + ("а" if is_woman else ""),
            given=(women if is_woman else men)[number],
            patronymic=stem + ("вна" if is_woman else "вич"),
            birth_date=oldest + timedelta(days=chance.randrange(35_000)),
            sex=2 if is_woman else 1,
            snils=f"{chance.randrange(10**11):011}" if chance.random() < 0.9 else "",
            phone=f"+79{chance.randrange(10**9):09}" if chance.random() < 0.9 else "",
            address_registered=f"Ставропольский край, г. Изобильный, ул. Садовая, д. {number % 300}",
        )
        patient.make_keys()
        yield patient


def queries(one, chance):
    """What a registrar types, by kind, about one patient."""
    born = one.birth_date
    phone = one.phone[2:] or "9161234567"
    return {
        "one letter": one.family[0],
        "family": one.family,
        "family begun": one.family[:3],
        "«ива мар»": f"{one.family[:3]} {one.given[:3]}",
        "family, given, patronymic": f"{one.family} {one.given} {one.patronymic}",
        "given and patronymic": f"{one.given} {one.patronymic}",
        "patronymic": one.patronymic,
        "family begun, rare given": f"{one.family[:1]} {chance.choice(WOMEN[-5:])}",
        "wrong layout": f"{one.family} {one.given[:2]}".lower().translate(KEYBOARD),
        "family and year": f"{one.family} {born.year}",
        "letter and year": f"{one.family[0]} {born.year}",
        "given and birth date": f"{one.given} {born:%d.%m.%Y}",
        "birth date": f"{born:%d.%m.%Y}",
        "year": str(born.year),
        "СНИЛС": one.snils or "11223344595",
        "phone": f"8 ({phone[:3]}) {phone[3:6]}-{phone[6:8]}-{phone[8:]}",
        "last four of a phone": phone[-4:],
        "phone begun": f"+7 {phone[:5]}",
        "family and last four": f"{one.family} {phone[-4:]}",
        "card": one.card_number,
        "card begun": one.card_number[:3],
        "nobody, three words": f"{one.family} {one.given} Ыыыович",
        "nobody, in Latin letters": "Qwertyuiop Asdfg Zxcvb",
    }


def measure(count, rounds):
    """Fill the database of this process's settings and print the times."""
    import django  # noqa: PLC0415  the settings are chosen first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  the settings are chosen first
    from django.db import connection  # noqa: PLC0415  the settings are chosen first
    from django.test import Client  # noqa: PLC0415  the settings are chosen first

    from clinic import sample  # noqa: PLC0415  the settings are chosen first
    from clinic.patients.models import Patient  # noqa: PLC0415  the settings are chosen first
    from clinic.staff.models import User  # noqa: PLC0415  the settings are chosen first

    call_command("migrate", verbosity=0)
    clinic = sample.make("unused-Password-7")
    chance = random.Random(20260625)
    started = time.perf_counter()
    batch = []
    for patient in people(count, clinic, chance):
        batch.append(patient)
        if len(batch) == BATCH:
            Patient.objects.bulk_create(batch)
            batch.clear()
    Patient.objects.bulk_create(batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "SELECT 1")
    print(f"{connection.vendor}: {Patient.objects.count()} patients in {time.perf_counter() - started:.0f} s")

    client = Client(headers={"HX-Request": "true", "HX-Target": "found"})
    client.force_login(
        User.objects.get(username="registrar"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    first = Patient.objects.order_by("pk").values_list("pk", flat=True)[0]
    times, found = {}, {}
    for turn in range(rounds + 1):
        one = Patient.objects.get(pk=first + chance.randrange(count))
        for kind, query in queries(one, chance).items():
            start = time.perf_counter()
            answer = client.post("/clinic/patients/", {"query": query})
            taken = (time.perf_counter() - start) * 1000
            assert answer.status_code == 200
            if turn:  # the first turn warms up
                times.setdefault(kind, []).append(taken)
                found.setdefault(kind, []).append(answer.content.count(b'class="open"'))
    print(f"{'query':28} {'found':>6} {'p50 ms':>8} {'p95 ms':>8}")
    for kind, values in sorted(times.items(), key=lambda item: -statistics.median(item[1])):
        p95 = statistics.quantiles(values, n=20)[-1]
        mark = "" if p95 <= TARGET_MS else "   over the target"
        middle = statistics.median(values)
        print(f"{kind:28} {statistics.mean(found[kind]):6.1f} {middle:8.1f} {p95:8.1f}{mark}")
    everything = [value for values in times.values() for value in values]
    p95 = statistics.quantiles(everything, n=20)[-1]
    print(f"{'all of them':28} {'':6} {statistics.median(everything):8.1f} {p95:8.1f}\n")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--patients", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    chosen = options.parse_args()
    if os.environ.get("BENCH_MEASURES"):
        measure(chosen.patients, chosen.rounds)
        return
    for engine in ("sqlite", "postgresql"):
        if chosen.engine not in {engine, "both"}:
            continue
        with postgresql(engine == "postgresql") as url, tempfile.TemporaryDirectory() as folder:
            # The settings of the tests: keys made for the run, and a database in a folder of its own.
            environment = os.environ | {
                "BENCH_MEASURES": "1",
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "SEP_TEST_ROOT": folder,
            }
            environment.pop("SEP_DATABASE_URL", None)
            if url:
                environment["SEP_DATABASE_URL"] = url
            subprocess.run(
                [sys.executable, "-m", "bench.patients", *sys.argv[1:]], env=environment, check=True
            )


if __name__ == "__main__":
    main()
