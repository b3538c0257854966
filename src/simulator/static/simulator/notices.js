// What the phone says by itself: a line at the bottom, a banner at the top, a copied code.

import { isCovered } from "./surface.js";
import { code, element, part } from "./text.js";

const [banner, toast] = ["banner", "toast"].map(part);
const device = document.querySelector(".device");
const SECONDS = { page: 10, app: 4 }; // over the messages themselves a banner says little

let toastTimer;
export function say(text) {
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("shown"), Math.max(2200, text.length * 60));
}

let bannerTimer;
let opened = () => {};

/** Show a message that came: {app: "sms" | "max", from, text}; `open` when it is touched. */
export function notify(message, open) {
  const secret = code(message.text);
  banner.dataset.of = message.app;
  part("banner-from").textContent = message.from;
  part("banner-text").textContent = message.text;
  const copy = part("banner-code");
  copy.hidden = !secret;
  copy.onclick = () => { copyCode(secret); hideBanner(); };
  opened = open;
  banner.hidden = true;
  void banner.offsetWidth; // starts the animation anew
  banner.hidden = false;
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(hideBanner, (isCovered() ? SECONDS.page : SECONDS.app) * 1000);
  device.classList.remove("ringing");
  void device.offsetWidth;
  device.classList.add("ringing");
}

export function hideBanner() { banner.hidden = true; }

part("banner-open").addEventListener("click", () => {
  hideBanner();
  opened();
});
part("banner-close").addEventListener("click", hideBanner);
banner.addEventListener("keydown", (event) => { if (event.key === "Escape") hideBanner(); });

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // plain http on another machine has no clipboard API
    const field = element("textarea", "hidden");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

export async function copyCode(secret) {
  await copy(secret);
  say(`Код ${secret} скопирован`);
}
