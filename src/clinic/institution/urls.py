from django.urls import path

from clinic.institution import max_bot_views, rules_views, views

app_name = "institution"
urlpatterns = [
    path("settings/requisites/", views.requisites, name="requisites"),
    path("settings/netrika/", views.netrika, name="netrika"),
    path("settings/netrika/connection/", views.connection_state, name="connection_state"),
    path("settings/max-bot/", max_bot_views.max_bot_page, name="max_bot"),
    path("settings/max-bot/state/", max_bot_views.state, name="max_bot_state"),
    path("settings/max-bot/disconnect/", max_bot_views.disconnect, name="max_bot_disconnect"),
    path("settings/max-bot/desk/", max_bot_views.desk, name="max_bot_desk"),
    path("settings/rules/", rules_views.page, name="rules"),
    path("settings/rules/state/", rules_views.state, name="rules_state"),
    path("settings/rules/<slug:type_code>/", rules_views.change, name="rules_change"),
    path("settings/rules/<slug:type_code>/<slug:method>/accept/", rules_views.accept, name="rules_accept"),
    path("settings/rules/<slug:type_code>/<slug:method>/stop/", rules_views.give_up, name="rules_give_up"),
]
