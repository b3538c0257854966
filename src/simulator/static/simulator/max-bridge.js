// What https://st.max.ru/js/max-web-app.js is for MAX: window.WebApp for the page of a mini-app. The phone around
// the page is asked by messages, and only a phone of the same origin is believed.
"use strict";

(() => {
  const KEPT = "WebAppLaunch"; // pages of one mini-app follow each other, and only the first has the launch
  const host = window.parent === window ? null : window.parent;

  function launch() {
    let fragment = location.hash.slice(1);
    try {
      if (fragment.includes("WebAppData=")) sessionStorage.setItem(KEPT, fragment);
      else fragment = sessionStorage.getItem(KEPT) ?? "";
    } catch { /* no storage: this page alone knows its launch */ }
    const found = {};
    for (const pair of fragment.split("&")) {
      const [name, value] = halves(pair);
      if (name.startsWith("WebApp")) found[name] = decoded(value);
    }
    return found;
  }

  function halves(pair) {
    const at = pair.indexOf("=");
    return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
  }

  function decoded(value) {
    try { return decodeURIComponent(value); } catch { return value; }
  }

  /** The launch as an object: for the eye alone, the signature is the server's to check. */
  function unsafe(initData) {
    const read = {};
    for (const pair of initData.split("&")) {
      if (!pair) continue;
      const [name, written] = halves(pair);
      const value = decoded(written);
      read[name] = value;
      if (name === "user" || name === "chat") {
        try { read[name] = JSON.parse(value); } catch { /* stays text */ }
      } else if (name === "auth_date") read[name] = Number(value);
    }
    return read;
  }

  // ── talk with the phone ──────────────────────────────────────────────────
  const waiting = new Map();
  let last = 0;

  function tell(method, parameters = {}, id = null) {
    host?.postMessage({ webApp: method, id, parameters }, location.origin);
  }

  function ask(method, parameters, otherwise) {
    if (!host) return Promise.reject({ error: { code: otherwise } });
    return new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      tell(method, parameters, last);
    });
  }

  const pressed = new Set();
  window.addEventListener("message", (event) => {
    if (event.source !== host || event.origin !== location.origin) return;
    const { webApp, id, result, error } = event.data ?? {};
    if (webApp === "back") for (const call of [...pressed]) call();
    if (webApp !== "answer" || !waiting.has(id)) return;
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject({ error }); else resolve(result);
  });

  // ── what a page gets ─────────────────────────────────────────────────────
  const started = launch();
  const initData = started.WebAppData ?? "";
  const nothing = () => {};
  let isCaptured = true;

  const BackButton = {
    isVisible: false,
    show() { BackButton.isVisible = true; tell("back-button", { visible: true }); },
    hide() { BackButton.isVisible = false; tell("back-button", { visible: false }); },
    onClick(call) { pressed.add(call); },
    offClick(call) { pressed.delete(call); },
  };

  function capture(enabled) {
    isCaptured = enabled;
    return Promise.resolve({ isScreenCaptureEnabled: isCaptured });
  }

  function absolute(url) {
    try { return new URL(url, location.href); } catch { return null; }
  }

  window.WebApp = {
    initData,
    initDataUnsafe: unsafe(initData),
    platform: started.WebAppPlatform ?? "android",
    version: started.WebAppVersion ?? "26.20.1",
    deviceName: "Учебный телефон",
    BackButton,
    ready() { tell("ready"); },
    close() { tell("close"); },
    enableClosingConfirmation() { tell("closing-confirmation", { asked: true }); },
    disableClosingConfirmation() { tell("closing-confirmation", { asked: false }); },
    requestContact: () => ask("request-contact", {}, "client.request_phone.request_error"),
    openLink(url) {
      const found = absolute(url);
      // MAX opens links for a person's touch alone, never for a script on its own.
      if (found && navigator.userActivation?.isActive !== false) tell("open-link", { url: found.href });
    },
    openMaxLink(url) {
      const found = absolute(url);
      if (found?.hostname === "max.ru") tell("open-link", { url: found.href });
    },
    downloadFile(url, name) {
      const found = url ? absolute(url) : null;
      const isFit = found && /^https?:$/.test(found.protocol) && typeof name === "string" && name.trim() !== "";
      if (!isFit) return Promise.reject({ error: { code: "client.download_file.invalid_params" } });
      return ask("download-file", { url: found.href, name: name.trim() }, "client.download_file.request_timeout");
    },
    getViewportSize: () => Promise.resolve({ height: String(window.innerHeight), width: String(window.innerWidth) }),
    getLaunchContext: () => Promise.resolve({ entryPoint: initData.includes("start_param=") ? "deeplink" : "chat" }),
    ScreenCapture: { enableScreenCapture: () => capture(true), disableScreenCapture: () => capture(false) },
    HapticFeedback: { impactOccurred: nothing, notificationOccurred: nothing, selectionChanged: nothing },
  };

  tell("page"); // another page of the mini-app begins: its buttons are its own
})();
