// A question of the phone, from its bottom edge; everything else waits.

import { part } from "./text.js";

const cover = part("sheet");
const [yes, no] = ["sheet-yes", "sheet-no"].map(part);
let answer = null;

/** Ask a person: {title, text, yes, no, isGrave}. Whether they agreed. */
export function ask(question) {
  answer?.(false);
  const before = document.activeElement;
  const others = [...cover.parentElement.children].filter((each) => each !== cover && !each.inert);
  part("sheet-title").textContent = question.title;
  part("sheet-text").textContent = question.text;
  yes.textContent = question.yes;
  no.textContent = question.no ?? "Отмена";
  yes.classList.toggle("grave", Boolean(question.isGrave));
  cover.hidden = false;
  for (const each of others) each.inert = true;
  (question.isGrave ? no : yes).focus({ preventScroll: true });
  return new Promise((resolve) => {
    answer = (agreed) => {
      answer = null;
      cover.hidden = true;
      for (const each of others) each.inert = false;
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(agreed);
    };
  });
}

yes.addEventListener("click", () => answer?.(true));
no.addEventListener("click", () => answer?.(false));
cover.addEventListener("click", (event) => { if (event.target === cover) answer?.(false); });
cover.addEventListener("keydown", (event) => {
  if (event.key === "Escape") answer?.(false);
  if (event.key === "Tab") { // the panel beside the phone is not part of the question
    event.preventDefault();
    (document.activeElement === yes ? no : yes).focus();
  }
});
