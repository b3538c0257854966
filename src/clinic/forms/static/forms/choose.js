// The choice of forms and what was printed: search, arrows, Enter, preview, the printer.
"use strict";

(() => {
  if (window.formsChoice) return; // every opening of the dialog brings this script along
  window.formsChoice = true;

  const lines = (form) => [...form.querySelectorAll(".choices li")];
  const box = (line) => line.querySelector("input");
  const ticked = (form) => lines(form).map(box).filter((each) => each.checked);

  const show = (form) => {
    const words = form.querySelector("#find-form").value.toLowerCase().split(/\s+/);
    // What is ticked stays in sight: it will be printed.
    for (const line of lines(form)) line.hidden = !box(line).checked && !words.every((word) => line.dataset.name.includes(word));
    const count = ticked(form).length;
    form.querySelector("[data-count]").textContent = count > 1 ? `\u00a0(${count})` : "";
  };
  const look = (form, address) => {
    const frame = form.querySelector("iframe");
    frame.hidden = false;
    form.classList.add("looking");
    frame.src = `${address}#navpanes=0`;
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest(".choose");
    if (form) show(form);
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.(".choose");
    if (!form || event.target.matches("a, button")) return;
    const seen = lines(form).filter((line) => !line.hidden).map(box);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = seen.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? form.querySelector("#find-form") : seen[Math.min(next, seen.length - 1)])?.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const search = form.querySelector("#find-form");
      const others = seen.filter((each) => !each.checked);
      const meant = event.target === search ? (search.value.trim() && others.length === 1 ? others[0] : null) : ticked(form).length ? null : event.target;
      if (meant) {
        meant.checked = true;
        if (ticked(form).length > 1) { search.value = ""; show(form); meant.focus(); return; } // the others are looked at first
      }
      show(form);
      form.querySelector("button.main").click();
    }
  });

  document.addEventListener("click", (event) => {
    const paper = event.target.closest("[data-paper]");
    if (paper) { print(); return; }
    // In a dialog it closes; on a page of its own the link leads back.
    if (event.target.closest("dialog a[data-close]")) { event.preventDefault(); return; }
    const form = event.target.closest(".choose");
    if (!form) return;
    const link = event.target.closest('a[target="look"]');
    const button = event.target.closest("[data-look]");
    if (link) {
      event.preventDefault();
      look(form, link.href);
    } else if (button) {
      const chosen = ticked(form);
      const standing = document.activeElement?.closest(".choices li");
      const wanted = chosen.length ? chosen : standing ? [box(standing)] : [];
      if (wanted.length) look(form, `${button.dataset.look}?${wanted.map((each) => `chosen=${each.value}`).join("&")}`);
    }
  });

  const print = () => {
    const frame = document.getElementById("paper")?.contentWindow;
    if (frame) { frame.focus(); frame.print(); }
  };
  const arrange = () => {
    // These need a script, so they are shown by one.
    for (const each of document.querySelectorAll("[data-look], [data-paper]")) each.hidden = false;
    const form = document.querySelector(".choose");
    if (form?.querySelector("#find-form")) show(form);
    const paper = document.querySelector("#paper[data-at-once]");
    if (paper) { paper.removeAttribute("data-at-once"); paper.addEventListener("load", print, { once: true }); }
    const next = document.querySelector("dialog[open] .printed [autofocus]");
    next?.focus();
  };
  document.addEventListener("htmx:afterSettle", arrange);
  arrange();
})();
