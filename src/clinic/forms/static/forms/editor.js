// The editor of a form's text: insert at the cursor, find a placeholder.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const text = document.getElementById("text");
  if (!button || !text || text.readOnly) return;
  const piece = button.dataset.insert;
  const startsLine = /^[#\-\[1]/.test(piece);
  const before = text.value.slice(0, text.selectionStart);
  const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
  let added = piece === "****" ? `**${chosen}**` : piece + chosen;
  if (startsLine && before && !before.endsWith("\n")) added = `\n${added}`;
  text.focus();
  text.setRangeText(added, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  if (event.target.id !== "find-placeholder") return;
  const wanted = event.target.value.toLowerCase();
  for (const line of document.querySelectorAll(".placeholders li")) line.hidden = !line.textContent.toLowerCase().includes(wanted);
});

// A preview is no saving: the guard against double presses must not count it.
document.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("data-preview")) setTimeout(() => delete event.target.dataset.sent);
});

// Leaving with an unsaved text is asked about once.
const text = document.getElementById("text");
if (text && !text.readOnly) {
  const saved = text.defaultValue;
  let leaving = false;
  text.form.addEventListener("submit", (event) => { leaving = !event.submitter?.hasAttribute("data-preview"); });
  addEventListener("beforeunload", (event) => { if (!leaving && text.value !== saved) event.preventDefault(); });
}
