{% load static %}// Keeps one page and its style for the hour without a network. Documents are never kept.
"use strict";
const shelf = "cabinet-1";
const kept = ["{% url "cabinet-offline" %}", "{% static "sep/page.css" %}", "{% static "sep/icon.svg" %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(shelf).then((cache) => cache.addAll(kept)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== shelf).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(fetch(event.request).catch(() => caches.match(kept[0])));
});

self.addEventListener("push", (event) => {
  const notice = event.data.json();
  const shown = { icon: "{% static "sep/icon.svg" %}", tag: "documents", lang: "ru", data: { url: notice.url } };
  event.waitUntil(self.registration.showNotification(notice.title, shown));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
