// Talons and orders: the arrows walk through a found list, and «Печать» opens its dialog once.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const lists = { query: "#found", service_query: "#found-services" };
  const list = event.target.closest(".found")?.parentElement ?? document.querySelector(lists[event.target.id] ?? "none");
  const buttons = [...(list?.querySelectorAll(".found-one") ?? [])];
  if (!buttons.length) return;
  event.preventDefault();
  const next = buttons.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) document.querySelector(`[hx-target="#${list.id}"]`).focus();
  else buttons[Math.min(next, buttons.length - 1)].focus();
});

// A reload must not print again.
if (document.querySelector("[data-print-now]")) history.replaceState(null, "", location.pathname);

// What htmx has put in has no autofocus of its own.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "lines") document.querySelector("#lines [autofocus]")?.focus();
});
