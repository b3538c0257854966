// The panel beside the phone: whose phone it is, and what goes wrong on purpose.

import { send } from "./asking.js";
import { say } from "./notices.js";
import { e164, element, part, pretty } from "./text.js";

const stage = document.querySelector(".stage");
const [numbers, panel] = ["numbers", "panel"].map(part);

let saving = false;

export function showNumbers(list, to) {
  const known = list.map((each) => each.to);
  if (to && !known.includes(to)) known.unshift(to);
  const wanted = known.join();
  if (numbers.dataset.known !== wanted) {
    numbers.dataset.known = wanted;
    numbers.replaceChildren(...(known.length ? known : [""]).map((each) => {
      const option = element("option", "", each ? pretty(each) : "Номер не выбран");
      option.value = each;
      return option;
    }));
  }
  numbers.value = to;
}

export function showSwitches(behaviour) {
  if (saving) return;
  for (const [name, value] of Object.entries(behaviour)) {
    const input = panel.querySelector(`input[name="${name}"][value="${value}"]`);
    if (input && !input.checked) input.checked = true;
  }
}

function showPanel(shown) {
  const opened = panel.classList.contains("shown");
  panel.classList.toggle("shown", shown);
  for (const each of document.querySelectorAll("[data-panel-open]")) each.setAttribute("aria-expanded", shown);
  if (shown) part("panel-close").focus();
  else if (opened) [...document.querySelectorAll("[data-panel-open]")].find((each) => each.offsetParent)?.focus();
}

/** Say what happens when another phone is chosen, and when the messages of this one are to be wiped. */
export function whenAsked(choose, wipe) {
  numbers.addEventListener("change", () => choose(numbers.value));
  part("number").addEventListener("submit", (event) => {
    event.preventDefault();
    const to = e164(event.target.to.value);
    part("number-fault").textContent = to ? "" : "Введите мобильный номер: +7 9…";
    if (!to) { event.target.to.focus(); return; }
    event.target.reset();
    choose(to);
    showPanel(false);
  });
  part("clear").addEventListener("click", async () => {
    await wipe();
    showPanel(false);
  });
}

part("switches").addEventListener("change", async (event) => {
  saving = true;
  const { ok } = await send("PUT", stage.dataset.behaviour, { [event.target.name]: event.target.value });
  saving = false;
  say(ok ? "Стенд переключён" : "Не удалось переключить");
});

for (const each of document.querySelectorAll("[data-panel-open]")) {
  each.addEventListener("click", () => showPanel(true));
}
part("panel-close").addEventListener("click", () => showPanel(false));
panel.addEventListener("keydown", (event) => { if (event.key === "Escape") showPanel(false); });
