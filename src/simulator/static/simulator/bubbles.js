// One message of a chat in MAX: its bubble, its files, the buttons under it.

import { follow } from "./page.js";
import { button, clock, element, icon, linked, pretty, size, target } from "./text.js";

const MARKS = { link: "i-out", open_app: "i-app", request_contact: "i-person", clipboard: "i-copy" };

function file(each) {
  const card = element("a", "mx-file");
  card.href = each.url;
  card.target = "_blank";
  card.rel = "noopener";
  const badge = element("span", "mx-file-icon");
  badge.append(icon("i-file", 22));
  const words = element("span", "mx-file-words");
  words.append(element("b", "", each.name), element("small", "", each.size ? size(each.size) : "Файл"));
  card.append(badge, words);
  return card;
}

function picture(each, at) {
  const shown = element("a", "mx-image");
  shown.href = each.url;
  const image = element("img");
  image.src = each.url;
  image.alt = `Изображение ${at + 1}`;
  shown.append(image);
  shown.addEventListener("click", (event) => follow(event, target(shown.href)));
  return shown;
}

function contact(each) {
  const card = element("p", "mx-contact");
  const words = element("span", "mx-file-words");
  words.append(element("b", "", each.name || "Контакт"), element("small", "", pretty(each.phone)));
  const badge = element("span", "mx-file-icon");
  badge.append(icon("i-person", 22));
  card.append(badge, words);
  return card;
}

function keyboard(message, press) {
  const rows = element("div", "mx-keyboard");
  message.keyboard.forEach((row, at) => {
    const line = element("div", "mx-keys");
    row.forEach((each, column) => {
      const key = button("mx-key", each.text, () => press(message, at, column, key));
      if (MARKS[each.type]) key.append(icon(MARKS[each.type], 12));
      line.append(key);
    });
    rows.append(line);
  });
  return rows;
}

/** Make a message: as the API tells it. `press(message, row, column, button)` when a button is touched. */
export function chatMessage(message, press) {
  const isOwn = message.from === "person";
  const made = element("article", `mx-message ${isOwn ? "own" : "theirs"}`);
  made.append(element("span", "hidden", isOwn ? "Вы:" : "Бот:"));
  const bubble = element("div", "mx-bubble");
  bubble.append(...(message.images ?? []).map(picture));
  bubble.append(...(message.files ?? []).map(file));
  if (message.contact) bubble.append(contact(message.contact));
  if (message.text) {
    const text = element("p", "mx-text");
    text.append(...linked(message.text, follow));
    bubble.append(text);
  }
  bubble.append(element("span", "mx-time", `${message.edited ? "изменено, " : ""}${clock(message.at)}`));
  made.append(bubble);
  if (message.keyboard?.length) made.append(keyboard(message, press));
  return made;
}
