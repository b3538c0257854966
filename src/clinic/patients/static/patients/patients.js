// Patients: the arrows and Enter in the search, and what keeps an unsaved card.
"use strict";

const search = document.querySelector(".find-patient input[name=query]");
const links = () => [...document.querySelectorAll("#found .open")];

// Enter opens the first one, but only when the list answers to what stands in the field now.
const isFresh = () => document.getElementById("found")?.dataset.query === search.value.trim();

// What was typed before htmx woke up, or what the browser has put back into the field.
addEventListener("pageshow", () => { if (search && !isFresh()) htmx.trigger(search, "catch-up"); });
document.addEventListener("keydown", (event) => {
  if (!search || document.querySelector("dialog[open]")) return;
  const all = links();
  const at = all.indexOf(event.target);
  if (event.target !== search && at < 0) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (!all.length || (at < 0 && event.key === "ArrowUp")) return;
    event.preventDefault();
    if (next < 0) search.focus(); else all[Math.min(next, all.length - 1)].focus();
  } else if (event.key === "Enter" && event.target === search && search.value.trim() && isFresh() && all.length) {
    event.preventDefault();
    location.assign(all[0].href);
  } else if (event.key === "Escape" && at >= 0) {
    search.focus();
    search.select();
  }
});
document.addEventListener("click", (event) => {
  const row = event.target.closest(".grid.patients tbody tr");
  if (row && !event.target.closest("a") && !String(getSelection())) row.querySelector(".open").click();
});

const card = document.querySelector("form[data-card]");
let changed = Boolean(card?.querySelector(".note.bad, .note.warm button"));
card?.addEventListener("input", () => { changed = true; });
card?.addEventListener("submit", () => { changed = false; });
addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const to = document.getElementById(button.dataset.to);
    to.value = document.getElementById(button.dataset.copy).value;
    to.focus();
    changed = true;
  });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-focus]");
  if (!link) return;
  event.preventDefault();
  document.querySelector("details.card-fields").open = true;
  document.getElementById(link.dataset.focus).focus();
});

// A mistake is where the cursor goes.
const mistaken = card?.querySelector("[aria-invalid=true]");
if (mistaken) { mistaken.focus(); }

// The dialogs over the card: saved, they close; «Закрыть» needs no journey.
document.addEventListener("patients:saved", () => document.getElementById("dialog").close());
document.addEventListener("click", (event) => {
  const dialog = event.target.closest("[data-dismiss]")?.closest("dialog");
  if (dialog) { event.preventDefault(); dialog.close(); }
});

// A reload must not print again.
if (document.querySelector("[data-print-now]")) {
  const address = new URL(location.href);
  address.searchParams.delete("print");
  history.replaceState(null, "", address);
}

// A sheet opens in a tab of its own and this page stays: the same button may be pressed again.
document.addEventListener("submit", (event) => { if (event.submitter?.formTarget === "_blank") delete event.target.dataset.sent; });
