// What pages gain inside MAX. Each part asks whether the bridge has it: clients differ, and a page must live without.
"use strict";

const max = window.WebApp ?? {};
const part = (name) => document.querySelector(`[data-${name}]`);
const show = (element, shown) => { if (element) element.hidden = !shown; };

function launch() {
  const form = part("launch");
  if (!form || !max.initData) return;
  show(part("outside"), false);
  show(part("opening"), true);
  form.elements.init_data.value = max.initData;
  form.submit();
}

function askForPhone() {
  const form = part("contact");
  if (!form || typeof max.requestContact !== "function") return;
  const ask = part("ask");
  show(ask, true);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    ask.disabled = true;
    try {
      const given = await max.requestContact();
      form.elements.phone.value = given.phone;
      form.elements.auth_date.value = given.authDate ?? given.auth_date;
      form.elements.hash.value = given.hash;
      form.submit();
    } catch {
      ask.disabled = false;
      show(part("refused"), true);
    }
  });
}

function offerBack() {
  const button = max.BackButton;
  const isFirst = !location.pathname.includes("/sign/") || part("first");
  if (!button?.show) return;
  if (isFirst) { button.hide?.(); return; }
  button.onClick?.(() => history.back());
  button.show();
}

/** A code on its way is easily lost with the window: MAX asks before it closes one. */
function guardClosing() {
  const pending = part("delivery") !== null;
  (pending ? max.enableClosingConfirmation : max.disableClosingConfirmation)?.call(max);
}

/** Links with `download` do nothing in the windows of MAX; its own downloader has no cookies, so it gets a ticket. */
function download() {
  if (typeof max.downloadFile !== "function") return;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[download]");
    if (!link) return;
    event.preventDefault();
    try {
      const answer = await fetch(`${link.href}?ticket`, { cache: "no-store" });
      const ticket = await answer.json();
      await max.downloadFile(new URL(ticket.url, location.href).href, ticket.name);
    } catch { /* cancelled, or refused by the client: the page stays as it is */ }
  });
}

function close() {
  for (const button of document.querySelectorAll("[data-close]")) {
    if (typeof max.close !== "function") continue;
    button.hidden = false;
    button.addEventListener("click", () => max.close());
  }
}

max.ready?.();
launch();
askForPhone();
offerBack();
guardClosing();
download();
close();
