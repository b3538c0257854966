from django.http import HttpResponse
from django.urls import include, path


def back(request):
    """Stand for the page that the person returns to."""
    return HttpResponse(
        '<!doctype html><html lang="ru"><title>Клиника</title><link rel="icon" href="data:,">'
        "<h1>Вы вернулись</h1>"
    )


urlpatterns = [path("gosuslugi/", include("simulator.esia.urls")), path("back", back)]
