from django.urls import include, path

urlpatterns = [path("phone/", include("simulator.urls"))]
