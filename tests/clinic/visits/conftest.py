"""What a registrar sends."""

import pytest

from tests.clinic.staff.browser import page, seated

__all__ = ["order_data", "page", "seated", "talon_data"]


@pytest.fixture
def talon_data(boy):
    return {
        "patient": boy.pk,
        "purpose": "Посещение по заболеванию",
        "payment": "ОМС",
        "department": "Кабинет врача-педиатра участкового",
        "doctor_position": "Врач-педиатр участковый",
        "doctor_name": "Свиридова Любовь Гавриловна",
        "room": "206",
        "service": "Посещение в связи с заболеванием врача-педиатра участкового",
        "starts_at": "2026-06-25T10:20",
        "referred_by": "",
        "notes": "",
        "representative": boy.representatives.get().pk,
        "then": "save",
    }


@pytest.fixture
def order_data(boy):
    """Make the data of an order: `order_data({"name": …, "price": …}, then="save")`."""

    def make(*lines, **more):
        data = {
            "patient": boy.pk,
            "valid_from": "2026-06-25",
            "valid_until": "2026-06-25",
            "payment": "Платные услуги",
            "representative": boy.representatives.get().pk,
            "paid": "",
            "notes": "",
            "then": "save",
            "line-TOTAL_FORMS": len(lines),
            "line-INITIAL_FORMS": 0,
        }
        for row, line in enumerate(lines):
            for name, value in ({"quantity": "1"} | line).items():
                data[f"line-{row}-{name}"] = value
        return data | more

    return make
