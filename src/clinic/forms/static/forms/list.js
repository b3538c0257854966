// The directory of forms: the arrows walk through the rows, Enter and a click open one.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const search = document.getElementById("query");
  const links = [...document.querySelectorAll("#forms a.open")];
  const at = links.indexOf(event.target);
  if (!links.length || (at < 0 && event.target !== search)) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? search : links[Math.min(next, links.length - 1)]).focus();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("a, button, input") || getSelection().toString()) return;
  event.target.closest("#forms tbody tr")?.querySelector("a.open")?.click();
});
