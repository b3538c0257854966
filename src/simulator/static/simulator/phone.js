// The phone: asks every second what is new for its number, and has its apps show it.

import { get } from "./asking.js";
import { forgetChats, lookAtChats } from "./max.js";
import { closePage, whenLeft } from "./page.js";
import { focusMessages, forgetMessages, lastMessage, showMessages, showWallpaper } from "./sms.js";
import { showNumbers, showSwitches, whenAsked } from "./stand.js";
import { frontApp, whenEntered } from "./surface.js";
import { e164, part } from "./text.js";

const stage = document.querySelector(".stage");
const REMEMBERED = "simulator-number";
const POLL = 1000;

const state = { to: "", turn: 0 };

function choose(to) {
  state.to = to;
  try { localStorage.setItem(REMEMBERED, to); } catch { /* private mode */ }
  closePage();
  forgetChats(to);
  forget();
}

function forget() {
  state.turn += 1; // answers that are still on the way are for another thread
  forgetMessages();
}

// ── news ───────────────────────────────────────────────────────────────────
async function look() {
  const turn = state.turn;
  const news = await get(stage.dataset.feed, { to: state.to, after: lastMessage() });
  if (!news || turn !== state.turn) return;
  if (!state.to && news.numbers.length) {
    choose(news.numbers[0].to);
    await look();
    return;
  }
  showNumbers(news.numbers, state.to);
  showSwitches(news.behaviour);
  const count = news.numbers.find((each) => each.to === state.to)?.count ?? 0;
  if (!showMessages(news.messages, count)) {
    forget();
    await look();
  }
}

const lookEverywhere = () => Promise.all([look(), lookAtChats()]);

async function watch() {
  try {
    if (!document.hidden) await lookEverywhere();
  } finally {
    setTimeout(watch, POLL);
  }
}

function tick() {
  const now = new Date();
  const time = now.toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  part("clock").textContent = time;
  part("bigclock").textContent = time;
  part("bigdate").textContent = now.toLocaleDateString("ru", { weekday: "long", day: "numeric", month: "long" });
}

// ── who is who ─────────────────────────────────────────────────────────────
whenEntered("sms", showWallpaper);
whenEntered("max", showWallpaper);
whenLeft(() => { if (frontApp() === "sms") focusMessages(); });
whenAsked(
  (to) => { choose(to); lookEverywhere(); },
  async () => {
    if (!state.to) return;
    await fetch(`${stage.dataset.messages}?${new URLSearchParams({ to: state.to })}`, { method: "DELETE" });
    forget();
    await lookEverywhere();
  },
);

const asked = e164(new URLSearchParams(location.search).get("to") ?? "");
let remembered = "";
try { remembered = localStorage.getItem(REMEMBERED) ?? ""; } catch { /* private mode */ }
choose(asked || remembered);
tick();
setInterval(tick, 5000);
watch();
