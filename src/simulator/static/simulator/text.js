// Words, times, numbers, links and codes: everything the phone reads or writes as text.

export const part = (name) => document.querySelector(`[data-${name}]`);

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

export function button(className, text, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

const DRAWN = "http://www.w3.org/2000/svg";

/** One of the page's drawings, by the id of its <symbol>. */
export function icon(name, size) {
  const drawing = document.createElementNS(DRAWN, "svg");
  for (const [key, value] of Object.entries({ width: size, height: size, "aria-hidden": "true" })) {
    drawing.setAttribute(key, value);
  }
  const use = document.createElementNS(DRAWN, "use");
  use.setAttribute("href", `#${name}`);
  drawing.append(use);
  return drawing;
}

/**
 * Bring the children of `list` to `items`. What did not change keeps its element, with the place of the keyboard
 * and of the scroll in it; `make` is told whether an element is of an item that was not here before.
 */
export function renew(list, items, key, make) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const name = String(key(item));
    const written = JSON.stringify(item);
    const known = old.get(name);
    if (known?.written === written) return known;
    const made = make(item, !known);
    made.dataset.key = name;
    made.written = written;
    return made;
  });
  const kept = new Set(wanted);
  for (const child of old.values()) if (!kept.has(child)) child.remove();
  wanted.forEach((child, at) => {
    if (list.children[at] !== child) list.insertBefore(child, list.children[at] ?? null);
  });
}

// ── phones and times ───────────────────────────────────────────────────────
const digits = (text) => text.replace(/\D/g, "");

export function e164(text) {
  let found = digits(text);
  if (found.length === 11 && found.startsWith("8")) found = `7${found.slice(1)}`;
  if (found.length === 10 && found.startsWith("9")) found = `7${found}`;
  return /^[1-9]\d{9,14}$/.test(found) ? `+${found}` : "";
}

export const pretty = (phone) =>
  phone.replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, "+7\u00a0$1\u00a0$2-$3-$4");

export const clock = (at) => new Date(at).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });

export function day(at) {
  const named = (date) => date.toLocaleDateString("ru", { day: "numeric", month: "long" });
  const name = named(new Date(at));
  return name === named(new Date()) ? "Сегодня" : name;
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes}\u00a0Б`;
  const [amount, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "КБ"] : [bytes / 1024 / 1024, "МБ"];
  return `${amount.toLocaleString("ru", { maximumFractionDigits: amount < 10 ? 1 : 0 })}\u00a0${unit}`;
}

// ── links and codes in a text ──────────────────────────────────────────────
const LINK = /(?:https?:\/\/|(?:[a-zа-я0-9-]+\.)+[a-zа-я]{2,}(?::\d+)?\/|(?:localhost|127\.0\.0\.1)(?::\d+)?\/)[^\s«»"<>]+/giu;
const CODE = /(?<![\d+])\d{6}(?!\d)/;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function target(written) {
  try {
    const url = new URL(/^https?:/i.test(written) ? written : `${location.protocol}//${written}`);
    // 127.0.0.1 and localhost are one machine, but two origins for the browser
    if (LOOPBACK.has(url.hostname) && LOOPBACK.has(location.hostname) && url.port === location.port) {
      url.host = location.host;
    }
    return url;
  } catch {
    return null;
  }
}

export function links(text) {
  return [...text.matchAll(LINK)].map((match) => {
    const written = match[0].replace(/[.,;:!?)]+$/, "");
    return { written, at: match.index, url: target(written) };
  }).filter((link) => link.url);
}

export function code(text) {
  const without = links(text).reduce((rest, link) => rest.replace(link.written, " "), text);
  return without.match(CODE)?.[0];
}

/** A deep link into MAX: the bot, and what the link hands over to its chat or to its mini-app. Or null. */
export function maxLink(url) {
  const bot = url.hostname === "max.ru" ? url.pathname.match(/^\/(\w[\w.-]*)\/?$/)?.[1] : null;
  if (!bot) return null;
  return { bot, start: url.searchParams.get("start"), app: url.searchParams.get("startapp") };
}

/** The text with its links made to touch, as nodes for append(). */
export function linked(text, follow) {
  const nodes = [];
  let end = 0;
  for (const link of links(text)) {
    nodes.push(text.slice(end, link.at));
    const anchor = element("a", "", link.written);
    anchor.href = link.url.href;
    anchor.addEventListener("click", (event) => follow(event, link.url));
    nodes.push(anchor);
    end = link.at + link.written.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
