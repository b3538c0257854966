"""What came from MAX, and where each conversation stands."""

from django.db import models

from sep.ceremony.models import Acquaintance
from sep.delivery.max.models import Bot, Dialog
from sep.documents.models import Document, Package


class IncomingUpdate(models.Model):
    """One update as it came: MAX gives it no number, so `dedupe_key` is made of what it is about.

    The body holds phones, codes and answers: it is encrypted, and erased once it has been worked on. The row
    stays for two days, so that a late repetition is known as one.
    """

    bot = models.ForeignKey(Bot, on_delete=models.PROTECT, related_name="updates")
    dedupe_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    body = models.BinaryField(null=True)
    received_at = models.DateTimeField(db_index=True)
    processed_at = models.DateTimeField(null=True)
    dialog = models.ForeignKey(Dialog, null=True, on_delete=models.PROTECT)
    reply = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bot", "dedupe_key"], name="one_update_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def write(self, raw: bytes) -> None:
        self.body = self.bot.key.encrypt(raw, f"update.body|{self.bot_id}")

    @property
    def raw(self) -> bytes | None:
        """The update as it came, `None` when it has been worked on."""
        if self.body is None:
            return None
        return self.bot.key.decrypt(self.body, f"update.body|{self.bot_id}")


class Screen(models.TextChoices):
    """What the card of a conversation shows, and so what a written answer means."""

    CONTACT = "contact", "Просьба подтвердить номер"
    OTHER_PHONE = "other_phone", "Номер не тот, что знает клиника"
    BIRTH_DATE = "birth_date", "Вопрос о дате рождения"
    LOCKED = "locked", "Слишком много неверных дат"
    DOCUMENTS = "documents", "Список документов"
    DOCUMENT = "document", "Документ"
    READING = "reading", "Чтение"
    UNDERSTANDING = "understanding", "Вопросы о прочитанном"
    INTENT = "intent", "Подтверждение перед кодом"
    CODE = "code", "Код"
    DECLINE = "decline", "Отказ"
    QUESTION = "question", "Вопрос клинике"
    RESULT = "result", "Чем кончилось"
    HELP = "help", "Помощь"
    STOPPED = "stopped", "Бот остановлен словом"


class Conversation(models.Model):
    """The one live card of a dialog. It is drawn anew from this row whenever something has happened."""

    dialog = models.OneToOneField(Dialog, primary_key=True, on_delete=models.PROTECT)
    screen = models.CharField(max_length=20, choices=Screen, default=Screen.CONTACT)
    package = models.ForeignKey(Package, null=True, on_delete=models.PROTECT)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT)
    acquaintance = models.ForeignKey(Acquaintance, null=True, on_delete=models.PROTECT)
    part = models.PositiveSmallIntegerField(default=0)
    remark = models.CharField(max_length=40, blank=True)
    card_mid = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"{self.dialog_id}: {self.screen}"


class UsedLaunch(models.Model):
    """A launch of the mini-app that was exchanged for a session: it opens nothing a second time."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    used_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.hash).hex()[:8]
