from django.http import HttpResponse
from django.urls import include, path


def signing(request, token):
    """Stand for the signer's page."""
    return HttpResponse(
        '<!doctype html><html lang="ru"><title>Подписание</title><h1>Подписание</h1>'
        '<form method="post"><label>Код <input name="code"></label><button>Подписать</button></form>'
    )


urlpatterns = [path("phone/", include("simulator.urls")), path("s/<str:token>", signing)]
