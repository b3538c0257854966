// The app «Сообщения»: what came by SMS.

import { copyCode, notify } from "./notices.js";
import { follow } from "./page.js";
import { enter, frontApp } from "./surface.js";
import { button, clock, code, day, element, linked, links, maxLink, part } from "./text.js";

const thread = part("thread");
const screen = document.querySelector(".screen");
const state = { last: 0, shown: 0, ready: false, day: "" };

const sender = (message) => message.from || "Сервис подписания";

function bubble(message) {
  const article = element("article", "message");
  const from = element("p", "from");
  from.append(element("span", "tag", "SMS"), `${sender(message)}, ${clock(message.at)}`);
  const text = element("p", "bubble");
  text.append(...linked(message.text, follow));
  article.append(from, text);

  const actions = element("div", "actions");
  const first = links(message.text)[0];
  if (first) {
    const open = element("a", "pill", maxLink(first.url) ? "Открыть в\u00a0MAX" : "Открыть ссылку");
    open.href = first.url.href;
    open.addEventListener("click", (event) => follow(event, first.url));
    actions.append(open);
  }
  const secret = code(message.text);
  if (secret) {
    const copy = button("pill quietly", "Скопировать код", () => copyCode(secret));
    copy.append(element("b", "", secret));
    actions.append(copy);
  }
  if (actions.childElementCount) article.append(actions);
  return article;
}

function add(message, fresh) {
  const date = day(message.at);
  if (date !== state.day) {
    thread.append(element("p", "day", date));
    state.day = date;
  }
  const made = bubble(message);
  if (fresh) made.classList.add("new");
  thread.append(made);
}

export const lastMessage = () => state.last;

export function forgetMessages() {
  Object.assign(state, { last: 0, shown: 0, ready: false, day: "" });
  thread.replaceChildren();
}

/** Show new messages of a number that has `count` of them. False: there were more, ask for all anew. */
export function showMessages(messages, count) {
  if (count < state.shown) return false; // cleared by somebody else
  const nearEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;
  const fresh = messages.filter((message) => message.id > state.last && message.channel === "sms");
  for (const message of fresh) add(message, state.ready);
  state.last = Math.max(state.last, ...messages.map((message) => message.id));
  state.shown = count;
  if (fresh.length) {
    if (!state.ready || nearEnd) thread.scrollTop = thread.scrollHeight;
    if (state.ready) announce(fresh.at(-1));
  }
  state.ready = true;
  showWallpaper();
  return true;
}

function announce(message) {
  notify({ app: "sms", from: sender(message), text: message.text }, () => {
    enter("sms"); // a page stays open behind the messages
    thread.scrollTop = thread.scrollHeight;
  });
}

export function showWallpaper() {
  const none = thread.childElementCount === 0;
  part("empty").hidden = !none;
  screen.classList.toggle("wallpaper", none && frontApp() === "sms");
}

export function focusMessages() { thread.focus({ preventScroll: true }); }
