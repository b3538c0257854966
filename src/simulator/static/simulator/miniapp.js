// A mini-app: the page of a bot over the chat, and the phone's half of the bridge (max-bridge.js is the other).

import { say } from "./notices.js";
import { go, watchLinks } from "./page.js";
import { ask } from "./sheet.js";
import { layer } from "./surface.js";
import { element, part, pretty, target } from "./text.js";

const [sheet, holder, back] = ["miniapp", "miniapp-holder", "miniapp-back"].map(part);
const cover = layer(sheet, "Вернуться в\u00a0приложение");
const REFUSED = "client.request_phone.user_refused_provide_phone_number";
const FAILED = "client.request_phone.request_error";
const LOST = "client.download_file.request_timeout";

let frame = null;
let running = null; // {name, phone, requestContact, left}
let isGuarded = false;

/** Open {url, name, phone, requestContact(): Promise of the signed phone or null, left()} instead of what is open. */
export function openApp(app) {
  closeApp();
  running = app;
  frame = element("iframe");
  frame.title = app.name;
  // A link with `download` does nothing inside MAX: a page has to ask for downloadFile().
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox");
  frame.allow = "clipboard-write";
  frame.addEventListener("load", () => {
    sheet.classList.remove("loading");
    try { watchLinks(frame); } catch { say("Страница не\u00a0разрешила показать себя в\u00a0MAX"); }
  });
  frame.src = app.url.href;
  part("miniapp-name").textContent = app.name;
  sheet.classList.add("loading");
  forgetPage();
  holder.replaceChildren(frame);
  cover.open();
  part("miniapp-close").focus({ preventScroll: true });
}

export function closeApp() {
  frame?.remove();
  frame = null;
  running = null;
  cover.close();
}

function leave() {
  const { left } = running ?? {};
  closeApp();
  left?.();
}

function forgetPage() {
  back.hidden = true;
  isGuarded = false;
}

// ── the bridge ─────────────────────────────────────────────────────────────
const told = {
  page: forgetPage,
  close: leave,
  "back-button": ({ visible }) => { back.hidden = !visible; },
  "closing-confirmation": ({ asked }) => { isGuarded = asked; },
  "open-link": ({ url }) => {
    const found = target(String(url));
    if (found && /^https?:$/.test(found.protocol)) go(found);
  },
};

const asked = {
  async "request-contact"() {
    const app = running;
    const agreed = await ask({
      title: "Поделиться номером?",
      text: `«${app.name}» узнает ваш номер ${pretty(app.phone)} и\u00a0имя в\u00a0MAX.`,
      yes: "Поделиться",
    });
    if (!agreed) return { error: { code: REFUSED } };
    const signed = await app.requestContact();
    return signed ? { result: signed } : { error: { code: FAILED } };
  },
  async "download-file"({ url, name }) {
    const response = await fetch(target(String(url)), { credentials: "omit" }).catch(() => null); // MAX has no cookies
    if (!response?.ok) return { error: { code: LOST } };
    const link = element("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = String(name);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    say(`Скачивается «${name}»`);
    return { result: { status: "downloading" } };
  },
};

window.addEventListener("message", async (event) => {
  if (!frame || event.source !== frame.contentWindow || event.origin !== location.origin) return;
  const { webApp, id, parameters = {} } = event.data ?? {};
  if (Object.hasOwn(told, webApp)) told[webApp](parameters);
  if (!Object.hasOwn(asked, webApp)) return;
  const answer = await asked[webApp](parameters);
  event.source?.postMessage({ webApp: "answer", id, ...answer }, location.origin);
});

back.addEventListener("click", () => frame?.contentWindow.postMessage({ webApp: "back" }, location.origin));

part("miniapp-close").addEventListener("click", async () => {
  const isSure = !isGuarded || await ask({
    title: "Закрыть приложение?",
    text: "Начатое может не\u00a0сохраниться.",
    yes: "Закрыть",
    no: "Остаться",
    isGrave: true,
  });
  if (isSure) leave();
});
