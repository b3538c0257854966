// The phone: asks every second what is new, shows it, opens links inside itself.

const stage = document.querySelector(".stage");
const part = (name) => document.querySelector(`[data-${name}]`);
const [thread, numbers, browser, frame, banner, toast, panel] =
  ["thread", "numbers", "browser", "frame", "banner", "toast", "panel"].map(part);
const screen = document.querySelector(".screen");
const device = document.querySelector(".device");

const REMEMBERED = "simulator-number";
const POLL = 1000;
const BANNER_SECONDS = { page: 10, thread: 4 }; // over the messages themselves a banner says little

const state = { to: "", last: 0, shown: 0, ready: false, day: "", turn: 0 };

const digits = (text) => text.replace(/\D/g, "");
const e164 = (text) => {
  let found = digits(text);
  if (found.length === 11 && found.startsWith("8")) found = `7${found.slice(1)}`;
  if (found.length === 10 && found.startsWith("9")) found = `7${found}`;
  return /^[1-9]\d{9,14}$/.test(found) ? `+${found}` : "";
};
const pretty = (phone) =>
  phone.replace(/^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/, "+7\u00a0$1\u00a0$2-$3-$4");

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

// ── links and codes in a text ──────────────────────────────────────────────
const LINK = /(?:https?:\/\/|(?:[a-zа-я0-9-]+\.)+[a-zа-я]{2,}(?::\d+)?\/|(?:localhost|127\.0\.0\.1)(?::\d+)?\/)[^\s«»"<>]+/giu;
const CODE = /(?<![\d+])\d{6}(?!\d)/;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

function target(written) {
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

function links(text) {
  return [...text.matchAll(LINK)].map((match) => {
    const written = match[0].replace(/[.,;:!?)]+$/, "");
    return { written, at: match.index, url: target(written) };
  }).filter((link) => link.url);
}

function code(text) {
  const without = links(text).reduce((rest, link) => rest.replace(link.written, " "), text);
  return without.match(CODE)?.[0];
}

// ── one message ────────────────────────────────────────────────────────────
function bubble(message) {
  const found = links(message.text);
  const made = element("p", "bubble");
  let end = 0;
  for (const link of found) {
    made.append(message.text.slice(end, link.at));
    const anchor = element("a", "", link.written);
    anchor.href = link.url.href;
    anchor.addEventListener("click", (event) => follow(event, link.url));
    made.append(anchor);
    end = link.at + link.written.length;
  }
  made.append(message.text.slice(end));

  const article = element("article", `message ${message.channel}`);
  const from = element("p", "from");
  const time = new Date(message.at).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  from.append(element("span", "tag", message.channel.toUpperCase()), `${sender(message)}, ${time}`);
  article.append(from, made);

  const actions = element("div", "actions");
  if (found.length) {
    const open = element("a", "pill", "Открыть ссылку");
    open.href = found[0].url.href;
    open.addEventListener("click", (event) => follow(event, found[0].url));
    actions.append(open);
  }
  const secret = code(message.text);
  if (secret) {
    const copy = element("button", "pill quietly", "Скопировать код");
    copy.type = "button";
    copy.append(element("b", "", secret));
    copy.addEventListener("click", () => copyCode(secret));
    actions.append(copy);
  }
  if (actions.childElementCount) article.append(actions);
  return article;
}

const sender = (message) => message.from || (message.channel === "max" ? "Чат MAX" : "Сервис подписания");

function add(message, fresh) {
  const day = new Date(message.at).toLocaleDateString("ru", { day: "numeric", month: "long" });
  if (day !== state.day) {
    const today = new Date().toLocaleDateString("ru", { day: "numeric", month: "long" });
    thread.append(element("p", "day", day === today ? "Сегодня" : day));
    state.day = day;
  }
  const made = bubble(message);
  if (fresh) made.classList.add("new");
  thread.append(made);
}

// ── the page from a message ────────────────────────────────────────────────
function follow(event, url) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (url.origin !== location.origin) {
    window.open(url, "_blank", "noopener");
    return;
  }
  frame.src = url.href;
  part("outside").href = url.href;
  part("address").textContent = url.host;
  showPage(true);
  banner.hidden = true;
  part("back").focus({ preventScroll: true });
}

frame.addEventListener("load", () => {
  if (browser.hidden) return;
  try {
    part("outside").href = frame.contentWindow.location.href;
    frame.title = frame.contentDocument.title || "Страница из сообщения";
  } catch {
    say("Страница не разрешила показать себя в телефоне");
  }
});

function showPage(shown) {
  browser.hidden = !shown;
  part("return").hidden = shown || !frame.hasAttribute("src");
}

function close() {
  if (frame.hasAttribute("src")) frame.contentWindow.location.replace("about:blank");
  frame.removeAttribute("src");
  showPage(false);
}

function back() {
  close();
  thread.focus({ preventScroll: true });
}
part("back").addEventListener("click", back);
part("return").addEventListener("click", () => showPage(true));

// ── what the phone says ────────────────────────────────────────────────────
let toastTimer;
function say(text) {
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("shown"), 2200);
}

let bannerTimer;
function notify(message) {
  const secret = code(message.text);
  part("banner-from").textContent = sender(message);
  part("banner-text").textContent = message.text;
  const copy = part("banner-code");
  copy.hidden = !secret;
  copy.onclick = () => { copyCode(secret); banner.hidden = true; };
  banner.hidden = true;
  void banner.offsetWidth; // starts the animation anew
  banner.hidden = false;
  clearTimeout(bannerTimer);
  const seconds = browser.hidden ? BANNER_SECONDS.thread : BANNER_SECONDS.page;
  bannerTimer = setTimeout(() => { banner.hidden = true; }, seconds * 1000);
  device.classList.remove("ringing");
  void device.offsetWidth;
  device.classList.add("ringing");
}
part("banner-open").addEventListener("click", () => {
  banner.hidden = true;
  showPage(false); // the page stays open behind the messages
  thread.scrollTop = thread.scrollHeight;
});
part("banner-close").addEventListener("click", () => { banner.hidden = true; });
banner.addEventListener("keydown", (event) => { if (event.key === "Escape") banner.hidden = true; });

async function copyCode(secret) {
  try {
    await navigator.clipboard.writeText(secret);
  } catch { // plain http on another machine has no clipboard API
    const field = element("textarea", "hidden");
    field.value = secret;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say(`Код ${secret} скопирован`);
}

// ── news ───────────────────────────────────────────────────────────────────
function choose(to) {
  state.to = to;
  try { localStorage.setItem(REMEMBERED, to); } catch { /* private mode */ }
  forget();
  close();
}

function forget() {
  state.turn += 1; // answers that are still on the way are for another thread
  Object.assign(state, { last: 0, shown: 0, ready: false, day: "" });
  thread.replaceChildren();
}

function showNumbers(list) {
  const known = list.map((each) => each.to);
  if (state.to && !known.includes(state.to)) known.unshift(state.to);
  const wanted = known.join();
  if (numbers.dataset.known === wanted) { numbers.value = state.to; return; }
  numbers.dataset.known = wanted;
  numbers.replaceChildren(...(known.length ? known : [""]).map((to) => {
    const option = element("option", "", to ? pretty(to) : "Номер не выбран");
    option.value = to;
    return option;
  }));
  numbers.value = state.to;
}

function showSwitches(behaviour) {
  for (const [name, value] of Object.entries(behaviour)) {
    const input = panel.querySelector(`input[name="${name}"][value="${value}"]`);
    if (input && !input.checked) input.checked = true;
  }
}

let saving = false;
async function look() {
  const turn = state.turn;
  const query = new URLSearchParams({ to: state.to, after: state.last });
  const response = await fetch(`${stage.dataset.feed}?${query}`, { cache: "no-store" });
  if (!response.ok || turn !== state.turn) return;
  const news = await response.json();
  if (turn !== state.turn) return;
  if (!state.to && news.numbers.length) {
    choose(news.numbers[0].to);
    return look();
  }
  showNumbers(news.numbers);
  if (!saving) showSwitches(news.behaviour);

  const count = news.numbers.find((each) => each.to === state.to)?.count ?? 0;
  if (count < state.shown) { // cleared by somebody else
    forget();
    return look();
  }
  const nearEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;
  const fresh = news.messages.filter((message) => message.id > state.last);
  for (const message of fresh) {
    add(message, state.ready);
    state.last = message.id;
  }
  state.shown = count;
  if (fresh.length) {
    if (!state.ready || nearEnd) thread.scrollTop = thread.scrollHeight;
    if (state.ready) notify(fresh.at(-1));
  }
  state.ready = true;
  const none = thread.childElementCount === 0;
  part("empty").hidden = !none;
  screen.classList.toggle("wallpaper", none);
}

async function watch() {
  if (!document.hidden) {
    try { await look(); } catch { /* the service restarts: look again in a second */ }
  }
  setTimeout(watch, POLL);
}

function tick() {
  const now = new Date();
  const time = now.toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  part("clock").textContent = time;
  part("bigclock").textContent = time;
  part("bigdate").textContent = now.toLocaleDateString("ru", { weekday: "long", day: "numeric", month: "long" });
}

// ── the stand ──────────────────────────────────────────────────────────────
numbers.addEventListener("change", () => { choose(numbers.value); look(); });

part("number").addEventListener("submit", (event) => {
  event.preventDefault();
  const to = e164(event.target.to.value);
  part("number-fault").textContent = to ? "" : "Введите мобильный номер: +7 9…";
  if (!to) { event.target.to.focus(); return; }
  event.target.reset();
  choose(to);
  showPanel(false);
  look();
});

part("switches").addEventListener("change", async (event) => {
  saving = true;
  try {
    const response = await fetch(stage.dataset.behaviour, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ [event.target.name]: event.target.value }),
    });
    say(response.ok ? "Стенд переключён" : "Не удалось переключить");
  } catch {
    say("Не удалось переключить");
  } finally {
    saving = false;
  }
});

part("clear").addEventListener("click", async () => {
  if (!state.to) return;
  await fetch(`${stage.dataset.messages}?${new URLSearchParams({ to: state.to })}`, { method: "DELETE" });
  forget();
  showPanel(false);
  look();
});

function showPanel(shown) {
  const opened = panel.classList.contains("shown");
  panel.classList.toggle("shown", shown);
  part("panel-open").setAttribute("aria-expanded", shown);
  if (shown) part("panel-close").focus();
  else if (opened) part("panel-open").focus();
}
part("panel-open").addEventListener("click", () => showPanel(true));
part("panel-close").addEventListener("click", () => showPanel(false));
panel.addEventListener("keydown", (event) => { if (event.key === "Escape") showPanel(false); });

const asked = e164(new URLSearchParams(location.search).get("to") ?? "");
let remembered = "";
try { remembered = localStorage.getItem(REMEMBERED) ?? ""; } catch { /* private mode */ }
choose(asked || remembered);
tick();
setInterval(tick, 5000);
watch();
