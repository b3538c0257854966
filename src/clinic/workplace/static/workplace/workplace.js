// What the whole workplace shares: keys, dialogs, double presses. Every page works without it, only slower.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select, [contenteditable]");
  // event.code: the same physical key under the Russian layout.
  if (event.ctrlKey && !event.shiftKey && !event.altKey && event.code === "KeyK") {
    const search = document.querySelector("[data-find]");
    event.preventDefault();
    if (search) { search.focus(); search.select(); } else { location.assign("/clinic/patients/"); }
    return;
  }
  if (event.altKey && event.shiftKey && event.code.startsWith("Digit")) {
    const link = document.querySelector(`[data-key="${event.code.at(-1)}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  // data-hotkey="F9" on a button or a link: pressed by that key wherever the cursor stands.
  const wanted = [event.ctrlKey && "Ctrl", event.altKey && "Alt", event.code.replace(/^Key/, "")].filter(Boolean).join("+");
  const hot = document.querySelector(`dialog[open] [data-hotkey="${wanted}"]`) || (document.querySelector("dialog[open]") ? null : document.querySelector(`[data-hotkey="${wanted}"]`));
  if (hot && !hot.disabled && (!typing || /^F\d|Ctrl|Alt/.test(wanted))) { event.preventDefault(); hot.click(); }
});

// A form is sent once: the second press of the same button does nothing until the page answers.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Whatever is put into #dialog opens it; [data-close] closes.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target;
  if (dialog.id === "dialog" && dialog.innerHTML.trim() && !dialog.open) dialog.showModal();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});
document.getElementById("dialog")?.addEventListener("close", (event) => { event.target.innerHTML = ""; });
