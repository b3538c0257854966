// The glass: two apps side by side, and what lies over them (a page, a mini-app), each to be put aside and back.

import { part } from "./text.js";

const screen = document.querySelector(".screen");
const apps = { sms: part("app"), max: part("max") };
const dock = part("dock");
const back = part("return");

let front = "sms";
const entered = { sms: [], max: [] };
const over = []; // layers that are open, the topmost last

export const frontApp = () => front;
export const isCovered = () => over.some((layer) => !layer.element.hidden);

/** Have something done each time an app comes to the front. */
export const whenEntered = (name, act) => entered[name].push(act);

export function enter(name) {
  front = name;
  putAside();
  for (const act of entered[name]) act();
}

function arrange() {
  const shown = over.filter((layer) => !layer.element.hidden);
  for (const layer of over) {
    layer.element.classList.toggle("front", layer === shown.at(-1));
    layer.element.inert = layer !== shown.at(-1);
  }
  for (const [name, app] of Object.entries(apps)) {
    app.hidden = name !== front;
    app.inert = shown.length > 0;
  }
  dock.inert = shown.length > 0;
  for (const each of dock.querySelectorAll("[data-enter]")) {
    if (each.dataset.enter === front) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  const isAside = over.length > 0 && shown.length === 0;
  back.hidden = !isAside;
  if (isAside) back.textContent = over.at(-1).returning;
  screen.dataset.front = front;
}

/** Hide what is open over the apps; it goes on behind them. */
function putAside() {
  for (const layer of over) layer.element.hidden = true;
  arrange();
}

/** A thing that opens over the apps. `returning`: words of the button that brings it back. */
export function layer(element, returning) {
  const made = { element, returning };
  const remove = () => { if (over.includes(made)) over.splice(over.indexOf(made), 1); };
  return {
    isOpen: () => over.includes(made),
    open() {
      remove();
      over.push(made);
      element.hidden = false;
      arrange();
    },
    close() {
      remove();
      element.hidden = true;
      arrange();
    },
  };
}

export function showDock(shown) { dock.hidden = !shown; screen.classList.toggle("docked", shown); }

export function showBadge(name, count) {
  const badge = dock.querySelector(`[data-enter="${name}"] .badge`);
  badge.hidden = count === 0;
  badge.querySelector("b").textContent = count > 99 ? "99+" : count;
}

back.addEventListener("click", () => {
  for (const layer of over) layer.element.hidden = false;
  arrange();
});
for (const each of dock.querySelectorAll("[data-enter]")) {
  each.addEventListener("click", () => enter(each.dataset.enter));
}
arrange();
