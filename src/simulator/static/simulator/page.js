// Where a touched link leads: into the phone's own browser, into MAX, or out of the phone.

import { hideBanner, say } from "./notices.js";
import { layer } from "./surface.js";
import { maxLink, part, target } from "./text.js";

const [browser, frame] = ["browser", "frame"].map(part);
const page = layer(browser, "Вернуться на\u00a0страницу");
let intoMax = () => false;
let left = () => {};

/** Have MAX asked first: `open` takes {bot, start, app} and tells whether it knows the bot. */
export const leadMaxLinks = (open) => { intoMax = open; };

/** Say where the keyboard goes when the page is closed. */
export const whenLeft = (act) => { left = act; };

export function follow(event, url) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(url);
}

export function go(url) {
  const deep = maxLink(url);
  if (deep && intoMax(deep)) return;
  if (url.origin !== location.origin) {
    window.open(url, "_blank", "noopener");
    return;
  }
  frame.src = url.href;
  part("outside").href = url.href;
  part("address").textContent = url.host;
  page.open();
  hideBanner();
  part("back").focus({ preventScroll: true });
}

/** Links to MAX on a shown page open MAX, as they do on a phone that has it. Asked anew with every page. */
export function watchLinks(shown) {
  shown.contentDocument.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const url = link && target(link.href);
    const deep = url && maxLink(url);
    if (deep && intoMax(deep)) event.preventDefault();
  }, { capture: true });
}

frame.addEventListener("load", () => {
  if (!page.isOpen()) return;
  try {
    part("outside").href = frame.contentWindow.location.href;
    frame.title = frame.contentDocument.title || "Страница из сообщения";
    watchLinks(frame);
  } catch {
    say("Страница не разрешила показать себя в телефоне");
  }
});

export function closePage() {
  if (frame.hasAttribute("src")) frame.contentWindow.location.replace("about:blank");
  frame.removeAttribute("src");
  page.close();
}

part("back").addEventListener("click", () => {
  closePage();
  left();
});
