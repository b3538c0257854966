// The list of chats.

import { button, clock, day, element, icon, renew } from "./text.js";

/** Whether the person has the chat: begun, and not removed since. */
export const isHere = (dialog) => Boolean(dialog) && dialog.state !== "removed";

/** A message in one line, for the list and for a banner. */
export function inShort(message) {
  if (message.text) return message.text;
  if (message.contact) return "Контакт";
  if (message.images?.length) return "Изображение";
  return message.files?.[0]?.name ?? "Сообщение";
}

function entries({ bots, dialogs }) {
  const here = dialogs.filter(isHere).map((dialog) => {
    const last = dialog.messages.at(-1);
    return {
      username: dialog.bot.username,
      name: dialog.bot.name,
      line: last ? `${last.from === "person" ? "Вы: " : ""}${inShort(last)}` : "Чат начат",
      at: last?.at ?? "",
      when: last ? when(last.at) : "",
      unread: dialog.unread,
      muted: dialog.muted,
    };
  }).sort((one, other) => Date.parse(other.at || 0) - Date.parse(one.at || 0));
  const met = new Set(here.map((each) => each.username));
  const others = bots.filter((bot) => !met.has(bot.username)).map((bot) => (
    { username: bot.username, name: bot.name, line: "Бот. Чат ещё не\u00a0начат", when: "", unread: 0, muted: false }
  ));
  return [...here, ...others];
}

function when(at) {
  const date = day(at);
  return date === "Сегодня" ? clock(at) : date;
}

function row(each, open) {
  const made = element("li");
  const touch = button("mx-row", "", () => open(each.username));
  const face = element("span", "mx-face", each.name.trim().charAt(0).toUpperCase());
  face.setAttribute("aria-hidden", "true");
  const words = element("span", "mx-row-words");
  const name = element("b", "", each.name);
  if (each.muted) name.append(icon("i-muted", 14));
  words.append(name, element("span", "mx-row-line", each.line));
  const side = element("span", "mx-row-side");
  side.append(element("small", "", each.when));
  if (each.unread) {
    const badge = element("span", "badge");
    badge.append(element("b", "", each.unread), element("span", "hidden", "непрочитанных"));
    side.append(badge);
  }
  touch.append(face, words, side);
  made.append(touch);
  return made;
}

/** Draw {bots, dialogs}; `open(username)` when a chat is touched. */
export function drawList(list, state, open) {
  renew(list, entries(state), (each) => each.username, (each) => row(each, open));
}
