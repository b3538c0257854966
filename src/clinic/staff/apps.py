from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "clinic.staff"
    label = "staff"

    def ready(self) -> None:
        from clinic.staff import audit  # noqa: F401, PLC0415  its receivers
