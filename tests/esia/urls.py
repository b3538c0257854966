from django.urls import include, path

urlpatterns = [path("gosuslugi/", include("simulator.esia.urls"))]
