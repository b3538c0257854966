"""Addresses of the pretended MAX, below /phone/."""

from django.urls import path

from simulator.max import bot_api, phone_api, storage

urlpatterns = [
    path("max/bot/me", bot_api.me),
    path("max/bot/me/commands", bot_api.commands),
    path("max/bot/messages", bot_api.messages),
    path("max/bot/messages/<str:mid>", bot_api.message),
    path("max/bot/answers", bot_api.answers),
    path("max/bot/subscriptions", bot_api.subscriptions),
    path("max/bot/updates", bot_api.updates),
    path("max/bot/uploads", bot_api.uploads),
    path("max/bot/chats/<str:chat_id>", bot_api.chat),
    path("max/bot/chats/<str:chat_id>/actions", bot_api.actions),
    path("max/bot/<path:rest>", bot_api.nothing),
    path("max/upload/<str:place>", storage.receive),
    path("max/files/<str:token>", storage.give, name="max-file"),
    path("api/max", phone_api.state, name="max"),
    path("api/max/start", phone_api.start),
    path("api/max/stop", phone_api.stop),
    path("api/max/remove", phone_api.remove),
    path("api/max/clear", phone_api.clear),
    path("api/max/mute", phone_api.mute),
    path("api/max/read", phone_api.read),
    path("api/max/say", phone_api.say),
    path("api/max/press", phone_api.press),
    path("api/max/share-contact", phone_api.share_contact),
    path("api/max/open-app", phone_api.open_app),
    path("api/max/request-contact", phone_api.request_contact),
    path("api/max/faults", phone_api.faults),
]
