// The cabinet works without this: it makes itself installable and takes notices.
"use strict";
const script = document.currentScript;
const form = document.querySelector("[data-push]");

async function subscribe() {
  const worker = await navigator.serviceWorker.ready;
  const key = Uint8Array.from(atob(form.dataset.push.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })).toJSON();
  const data = new FormData(form);
  data.set("endpoint", made.endpoint);
  data.set("p256dh", made.keys.p256dh);
  data.set("auth", made.keys.auth);
  const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(script.dataset.worker, { scope: "/cabinet/" }).catch(() => {});
  if (form && "PushManager" in window) {
    form.hidden = false;
    document.querySelector("[data-no-notices]").hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      subscribe().then(() => location.reload(), () => { form.querySelector("[data-refused]").hidden = false; });
    });
  }
}
