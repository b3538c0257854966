// The choice of forms: find, arrows, preview.
"use strict";

document.addEventListener("input", (event) => {
  if (event.target.id !== "find-form") return;
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const line of document.querySelectorAll(".choices li")) line.hidden = !words.every((word) => line.dataset.name.includes(word));
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(".choose");
  if (!form) return;
  const boxes = [...form.querySelectorAll(".choices li:not([hidden]) input")];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = boxes.indexOf(document.activeElement);
    boxes[Math.max(0, Math.min(boxes.length - 1, at < 0 ? 0 : at + step))]?.focus();
  } else if (event.key === "Enter" && event.target.type !== "submit" && !event.target.href) {
    event.preventDefault();
    // One form in sight and none ticked: that one is meant.
    if (boxes.length === 1 && !form.querySelector(".choices input:checked")) boxes[0].checked = true;
    form.querySelector("button.main")?.click();
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('.choose a[target="look"]');
  if (link) link.closest(".choose").querySelector("iframe").hidden = false;
});
