// A form's card: tabs in place, blocks and placeholders at the cursor, faults by line, the look of the text.
"use strict";

(() => {
  const card = document.getElementById("card");
  const text = document.getElementById("id_text");
  const object = document.getElementById("id_object");
  const shown = document.querySelector("[data-preview]");

  // Tabs: all of them are one form, so nothing typed is lost by turning over.
  const turn = (code) => {
    for (const link of card.querySelectorAll("[data-tab]")) {
      if (link.dataset.tab === code) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    for (const panel of card.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== code;
    card.elements.tab.value = code;
    history.replaceState(null, "", `?tab=${code}`);
    if (code === "text" && !shown.querySelector("iframe")) show();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-tab]");
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); turn(link.dataset.tab); }
  });

  // Blocks and placeholders go where the cursor is; «|» in them is where it stands next.
  const insert = (piece) => {
    if (text.readOnly) return;
    const from = text.selectionStart;
    const chosen = text.value.slice(from, text.selectionEnd);
    const begins = /^(#|-|1\.|\[)/.test(piece) && from > 0 && text.value[from - 1] !== "\n" ? "\n" : "";
    const [before, after] = piece.split("|");
    text.focus();
    // Kept by the browser's own undo, unlike setRangeText.
    document.execCommand("insertText", false, begins + before + chosen + after);
    const caret = from + begins.length + before.length + chosen.length;
    text.setSelectionRange(caret, caret);
  };
  const goTo = (number) => {
    const lines = text.value.split("\n");
    const from = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
    text.setSelectionRange(from, from);
    text.blur();
    text.focus(); // the browser scrolls to the cursor when the field is entered
    text.setSelectionRange(from, from + (lines[number - 1] ?? "").length);
  };
  document.addEventListener("click", (event) => {
    const piece = event.target.closest("[data-insert]");
    const line = event.target.closest("[data-line]");
    if (piece) insert(piece.dataset.insert);
    if (line) goTo(Number(line.dataset.line));
    if (event.target.closest("[data-show]")) { event.preventDefault(); show(); }
  });
  document.addEventListener("selectionchange", () => {
    if (document.activeElement !== text) return;
    card.querySelector("[data-at]").textContent = `Строка ${text.value.slice(0, text.selectionStart).split("\n").length}`;
  });

  // The palette has what this object has, and what is looked for.
  const search = document.getElementById("find-placeholder");
  const offer = () => {
    const wanted = search.value.toLowerCase();
    for (const line of card.querySelectorAll(".placeholders li")) {
      line.hidden = !line.dataset.objects.split(" ").includes(object.value) || !line.textContent.toLowerCase().includes(wanted);
    }
  };
  search.addEventListener("input", (event) => { event.stopPropagation(); offer(); });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = [...card.querySelectorAll(".placeholders li")].find((line) => !line.hidden);
    if (first && search.value) first.querySelector("button").click();
  });
  object.addEventListener("change", offer);
  offer();

  // The look: a fresh frame each time, so that «Назад» of the browser does not walk through the previews;
  // the old one stays until the new one is there.
  let count = 0;
  const show = () => {
    const frame = document.createElement("iframe");
    frame.className = "pdf incoming";
    frame.title = "Вид документа";
    frame.name = `preview-${++count}`;
    shown.append(frame);
    const post = document.createElement("form");
    post.hidden = true;
    post.method = "post";
    post.action = `${shown.dataset.preview}#navpanes=0`;
    post.target = frame.name;
    const values = { csrfmiddlewaretoken: card.elements.csrfmiddlewaretoken.value, text: text.value, object: object.value, name: card.elements.name.value };
    for (const [name, value] of Object.entries(values)) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      post.append(field);
    }
    document.body.append(post);
    post.submit();
    post.remove();
    frame.addEventListener("load", () => {
      if (frame.name !== `preview-${count}`) { frame.remove(); return; } // a newer one is on its way
      for (const other of [...shown.children]) if (other !== frame) other.remove();
      frame.classList.remove("incoming");
    });
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "faults" && event.detail.target.querySelector("[data-good]")) show();
  });
  if (card.elements.tab.value === "text") show();

  // Leaving with something unsaved is asked about.
  const state = () => new URLSearchParams([...new FormData(card)].filter(([name]) => name !== "tab")).toString();
  const opened = state();
  const told = Boolean(document.querySelector(".note.bad[role=alert]"));
  let leaving = false;
  document.addEventListener("submit", (event) => { if (event.target === card && !event.defaultPrevented) leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => { if (!leaving && !text.readOnly && (told || state() !== opened)) event.preventDefault(); });
})();
