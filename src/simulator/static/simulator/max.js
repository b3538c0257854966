// The app that looks like MAX: the chats, one of them, and what a person does in it.

import { get, send } from "./asking.js";
import { chatMessage } from "./bubbles.js";
import { drawList, inShort, isHere } from "./chats.js";
import { closeApp, openApp } from "./miniapp.js";
import { copy, hideBanner, notify, say } from "./notices.js";
import { go, leadMaxLinks } from "./page.js";
import { ask } from "./sheet.js";
import { enter, frontApp, isCovered, showBadge, showDock, whenEntered } from "./surface.js";
import { day, element, part, pretty, renew, target } from "./text.js";

const API = document.querySelector(".stage").dataset.messenger;
const [app, list, chat, log, composer, start, menu, more] =
  ["max", "max-list", "max-chat", "max-log", "max-say", "max-start", "max-menu", "max-more"].map(part);
const TURNING = 8000; // a touched button stops turning even when its bot says nothing

const EMPTY = { version: "", user: null, bots: [], dialogs: [], open: "", known: null, toast: null };
const state = { to: "", turn: 0, ...EMPTY };
const payloads = new Map(); // bot → what a link has given for «Начать»

const dialogOf = (username) => state.dialogs.find((each) => each.bot.username === username);
const botOf = (username) =>
  dialogOf(username)?.bot ?? state.bots.find((each) => each.username === username);

// ── the server ─────────────────────────────────────────────────────────────
async function act(what, body) {
  const { ok, answer } = await send("POST", `${API}/${what}`, { to: state.to, ...body });
  await lookAtChats();
  if (ok) return answer;
  say(answer?.error ?? "MAX не\u00a0отвечает");
  return null;
}

/** Ask what is new in the chats of the number; nothing is drawn while nothing has changed. */
export async function lookAtChats() {
  const { turn, to } = state;
  if (!to) return;
  const news = await get(API, { to, after: state.version });
  if (!news || turn !== state.turn || !news.dialogs || news.version === state.version) return;
  const { version, user, bots, dialogs } = news;
  Object.assign(state, { version, user, bots, dialogs });
  showDock(bots.length + dialogs.length > 0);
  announce(news.toast);
  draw();
}

export function forgetChats(to) {
  Object.assign(state, { to, turn: state.turn + 1, ...EMPTY });
  payloads.clear();
  closeApp();
  log.replaceChildren();
  draw();
}

/** Ring for what came since the last look, unless it is being read or its chat is muted. */
function announce(toast) {
  const isFirst = state.known === null;
  state.known ??= new Set();
  for (const { bot, messages, muted } of state.dialogs) {
    const fresh = messages.filter((each) => each.from === "bot" && !state.known.has(each.mid));
    for (const each of fresh) state.known.add(each.mid);
    if (isFirst || !fresh.length || muted || isRead(bot.username)) continue;
    notify({ app: "max", from: bot.name, text: inShort(fresh.at(-1)) }, () => openChat(bot.username));
  }
  const id = toast?.id ?? null;
  if (!isFirst && toast && id !== state.toast) say(toast.text);
  state.toast = id;
}

const isRead = (username) =>
  frontApp() === "max" && state.open === username && !isCovered() && !document.hidden;

// ── drawing ────────────────────────────────────────────────────────────────
function draw() {
  const read = isRead(state.open) ? dialogOf(state.open) : null;
  if (read?.unread) {
    read.unread = 0;
    act("read", { bot: state.open });
  }
  showBadge("max", state.dialogs.reduce((sum, each) => sum + each.unread, 0));
  part("max-user").textContent = state.user ? `${state.user.name}, ${pretty(state.to)}` : pretty(state.to);
  drawList(list, state, openChat);
  const bot = botOf(state.open);
  part("max-home").hidden = Boolean(bot);
  chat.hidden = !bot;
  app.classList.toggle("chatting", Boolean(bot));
  if (bot) drawChat(bot, dialogOf(state.open));
}

function drawChat(bot, dialog) {
  const isActive = dialog?.state === "active";
  const messages = isHere(dialog) ? dialog.messages : [];
  part("max-name").textContent = bot.name;
  part("max-face").textContent = bot.name.trim().charAt(0).toUpperCase();
  part("max-about").textContent = aboutDialog(dialog);
  log.setAttribute("aria-label", `Чат с\u00a0ботом «${bot.name}»`);

  const wasEmpty = log.childElementCount === 0;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const touched = log.contains(document.activeElement);
  for (const key of log.querySelectorAll("[aria-busy]")) key.removeAttribute("aria-busy");
  renew(log, withDays(messages), (each) => each.mid ?? each.day, (each, isNew) => {
    if (!each.mid) return element("p", "mx-day", each.day);
    const made = chatMessage(each, press);
    if (isNew && !wasEmpty) made.classList.add("new");
    return made;
  });
  if (touched && !log.contains(document.activeElement)) log.focus({ preventScroll: true });
  if (wasEmpty || atEnd) log.scrollTop = log.scrollHeight;

  part("max-intro").hidden = messages.length > 0;
  part("max-intro-name").textContent = bot.name;
  part("max-intro-text").textContent = isActive
    ? "Чат начат. Бот скоро напишет."
    : "Бот сможет писать вам, когда вы\u00a0начнёте с\u00a0ним чат.";
  composer.hidden = !isActive;
  start.hidden = isActive;
  start.textContent = dialog?.state === "stopped" ? "Запустить бота снова" : "Начать";
  more.hidden = !isHere(dialog);
  part("max-stop").hidden = !isActive;
  part("max-mute").textContent = dialog?.muted ? "Включить звук" : "Без\u00a0звука";
  if (!isHere(dialog)) showMenu(false);
}

function aboutDialog(dialog) {
  if (dialog?.state === "stopped") return "бот остановлен";
  return dialog?.muted ? "бот, без\u00a0звука" : "бот";
}

function withDays(messages) {
  let last = "";
  return messages.flatMap((message) => {
    const date = day(message.at);
    const shown = date === last ? [message] : [{ day: date }, message];
    last = date;
    return shown;
  });
}

function openChat(username) {
  if (state.open !== username) {
    log.replaceChildren();
    composer.reset();
    showMenu(false);
  }
  state.open = username;
  hideBanner();
  enter("max");
  log.scrollTop = log.scrollHeight;
  (start.hidden ? log : start).focus({ preventScroll: true });
}

function closeChat() {
  const { open } = state;
  state.open = "";
  log.replaceChildren();
  draw();
  list.querySelector(`[data-key="${CSS.escape(open)}"] button`)?.focus({ preventScroll: true });
}

// ── what a person does ─────────────────────────────────────────────────────
const pressed = {
  link: ({ url }) => { const found = target(url); if (found) go(found); },
  open_app: ({ url }, username) => showApp(username, url),
  clipboard: async ({ text }) => { await copy(text); say("Скопировано"); },
  request_contact: (_, username) => shareContact(username),
};

async function press(message, row, column, key) {
  const username = state.open;
  key.setAttribute("aria-busy", "true");
  const answer = await act("press", { bot: username, mid: message.mid, row, column });
  if (answer?.type === "callback" && answer.callbackId) {
    setTimeout(() => key.removeAttribute("aria-busy"), TURNING);
    return;
  }
  key.removeAttribute("aria-busy");
  if (answer) pressed[answer.type]?.(answer, username);
}

async function shareContact(username) {
  const agreed = await ask({
    title: `Поделиться номером ${pretty(state.to)}?`,
    text: `Номер и\u00a0имя в\u00a0MAX получит бот «${botOf(username).name}».`,
    yes: "Поделиться",
  });
  if (agreed) await act("share-contact", { bot: username, how: "own" });
}

function showApp(username, written) {
  const url = written && target(written);
  if (!url) { say("У\u00a0бота нет мини-приложения"); return; }
  hideBanner();
  openApp({
    url,
    name: botOf(username).name,
    phone: state.to,
    requestContact: () => act("request-contact", { bot: username }),
    left: () => { draw(); log.focus({ preventScroll: true }); },
  });
}

async function begin(username) {
  const payload = payloads.get(username);
  payloads.delete(username);
  await act("start", payload ? { bot: username, payload } : { bot: username });
}

leadMaxLinks((link) => {
  if (!botOf(link.bot)) return false;
  if (link.start) payloads.set(link.bot, link.start);
  openChat(link.bot);
  if (link.app !== null) launch(link.bot, link.app);
  else if (link.start && dialogOf(link.bot)?.state === "active") begin(link.bot);
  return true;
});

async function launch(username, startParam) {
  const answer = await act("open-app", startParam ? { bot: username, startParam } : { bot: username });
  if (answer) showApp(username, answer.url);
}

part("max-back").addEventListener("click", closeChat);
start.addEventListener("click", async () => {
  await begin(state.open);
  log.focus({ preventScroll: true });
});
composer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = composer.elements.text;
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  log.scrollTop = log.scrollHeight;
  if (!await act("say", { bot: state.open, text })) field.value = text;
});
composer.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

// ── ⋮ ──────────────────────────────────────────────────────────────────────
function showMenu(shown) {
  menu.hidden = !shown;
  more.setAttribute("aria-expanded", shown);
  if (shown) menu.querySelector("button:not([hidden])").focus();
}
more.addEventListener("click", () => showMenu(menu.hidden));
chat.addEventListener("click", (event) => {
  if (!menu.hidden && !menu.contains(event.target) && !more.contains(event.target)) showMenu(false);
});
chat.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || menu.hidden) return;
  showMenu(false);
  more.focus();
});

function choose(name, choice) {
  part(name).addEventListener("click", () => {
    showMenu(false);
    more.focus({ preventScroll: true });
    choice(state.open);
  });
}
choose("max-mute", (bot) => act("mute", { bot }));
choose("max-stop", (bot) => act("stop", { bot }));
choose("max-remove", async (bot) => {
  const isSure = await ask({
    title: "Удалить чат?",
    text: "Сообщения исчезнут, и\u00a0бот больше не\u00a0сможет писать, пока вы не\u00a0начнёте чат снова.",
    yes: "Удалить",
    isGrave: true,
  });
  if (isSure && await act("remove", { bot })) closeChat();
});

whenEntered("max", draw);
