// The table of «28. СЭП»: choosing rows by mouse and keys, and keeping the choice while the table refreshes.
"use strict";

(() => {
  if (window.sepTable) return; // the tab may be loaded twice into one card
  window.sepTable = true;

  const rows = () => [...document.querySelectorAll("#sep [data-rows] tbody tr")];
  const box = (row) => row.querySelector("input[name=row]");
  let anchor = null;
  let kept = null;

  const show = () => {
    const all = rows();
    const chosen = all.filter((row) => box(row).checked);
    const can = new Set(chosen.flatMap((row) => row.dataset.can.split(" ")));
    for (const row of all) row.setAttribute("aria-selected", String(box(row).checked));
    for (const button of document.querySelectorAll("#sep [data-needs]")) button.disabled = !can.has(button.dataset.needs);
    const every = document.querySelector("#sep [data-all]");
    if (every) { every.checked = all.length > 0 && chosen.length === all.length; every.indeterminate = chosen.length > 0 && !every.checked; }
  };
  const only = (wanted) => { const set = new Set(wanted); for (const row of rows()) box(row).checked = set.has(row); };
  const between = (first, last) => {
    const all = rows();
    const [from, to] = [all.indexOf(first), all.indexOf(last)].sort((one, other) => one - other);
    return from < 0 ? [last] : all.slice(from, to + 1);
  };
  const stand = (row) => {
    for (const each of rows()) each.tabIndex = each === row ? 0 : -1;
    row.focus();
  };

  document.addEventListener("click", (event) => {
    const print = event.target.closest("[data-print]");
    if (print) { const frame = document.getElementById(print.dataset.print).contentWindow; frame.focus(); frame.print(); return; }
    const row = event.target.closest("#sep [data-rows] tbody tr");
    if (!row || event.target.closest("a, button, label, summary, details")) return;
    if (event.target.matches("input")) { anchor = row; show(); return; }
    if (event.shiftKey && anchor) only(between(anchor, row));
    else if (event.ctrlKey || event.metaKey) { box(row).checked = !box(row).checked; anchor = row; }
    else { only([row]); anchor = row; }
    stand(row);
    show();
  });
  document.addEventListener("dblclick", (event) => {
    if (event.target.closest("#sep [data-rows] tbody tr") && !event.target.closest("a, input, summary")) view();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#sep [data-all]")) only(event.target.checked ? rows() : []);
    if (event.target.closest("#sep")) show();
  });

  const view = () => document.querySelector("#sep [data-needs=view]")?.click();
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("#sep [data-rows] tbody tr");
    if (!row || event.target !== row) return;
    const all = rows();
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -all.length, End: all.length };
    if (event.code in steps) {
      const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(row) + steps[event.code]))];
      if (event.shiftKey) { anchor ??= row; only(between(anchor, next)); } else { anchor = null; }
      stand(next);
    } else if (event.code === "Space") {
      box(row).checked = !box(row).checked;
      anchor = row;
    } else if (event.code === "KeyA" && event.ctrlKey) {
      only(all);
    } else if (event.code === "Enter" && !event.ctrlKey) {
      if (!all.some((each) => box(each).checked)) only([row]);
      show();
      view();
    } else return;
    event.preventDefault();
    show();
  });

  // The table replaces itself: what is chosen and where the cursor stands stay.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "sep") return;
    const active = document.activeElement;
    kept = {
      chosen: new Set(rows().filter((row) => box(row).checked).map((row) => row.dataset.id)),
      row: active?.closest("#sep tbody tr")?.dataset.id,
      opened: [...document.querySelectorAll("#sep details[open]")].map((each) => [each.closest("tr").dataset.id, each.dataset.part]),
      anchor: anchor?.dataset.id,
      button: active?.closest("#sep") ? active.getAttribute("hx-post") + (active.name || "") : null,
    };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!document.querySelector("#sep")) return;
    if (kept) {
      for (const row of rows()) {
        box(row).checked = kept.chosen.has(row.dataset.id);
        for (const [id, part] of kept.opened) if (id === row.dataset.id) row.querySelector(`details[data-part=${part}]`)?.setAttribute("open", "");
        if (row.dataset.id === kept.anchor) anchor = row;
        if (row.dataset.id === kept.row && !document.querySelector("dialog[open]")) stand(row);
      }
      show();
      if (kept.button && !kept.row) [...document.querySelectorAll("#sep button")].find((each) => each.getAttribute("hx-post") + (each.name || "") === kept.button)?.focus();
      kept = null;
    } else if (event.detail.target.id !== "dialog") {
      takeKeyboard();
    }
    arrange();
  });
  // An answered dialog closes; the table hears `sep-changed` and looks anew.
  document.addEventListener("sep-changed", () => document.getElementById("dialog")?.close());

  const arrange = () => {
    show();
    // Printing a frame needs a script, so its button is shown by one.
    for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
  };
  // Opened by a key or by its address, the tab takes the keyboard; what somebody types elsewhere stays there.
  const takeKeyboard = () => {
    const active = document.activeElement;
    if (!active || active === document.body || active.closest(".tabs")) rows()[0]?.focus({ preventScroll: true });
  };
  arrange();
  takeKeyboard();
})();
