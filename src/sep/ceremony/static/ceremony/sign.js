// Comfort on top of pages that work without it: where the reader is, and clocks that tick.
"use strict";

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** Call `tick` with the seconds left now and every second, until zero; right even after the phone has slept. */
function countDown(seconds, tick) {
  const end = Date.now() + seconds * 1000;
  const step = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    tick(left);
    if (left) setTimeout(step, 500);
  };
  step();
}

function followReading() {
  const pages = [...document.querySelectorAll("[data-page]")];
  const place = document.querySelector("[data-progress]");
  const form = document.querySelector("[data-read]");
  if (!place || !pages.length) return;
  const seen = new Set();
  const tell = () => {
    const current = pages.filter((page) => seen.has(page)).at(-1) ?? pages[0];
    const text = place.dataset.text.replace("{n}", current.dataset.page).replace("{total}", pages.length);
    if (place.textContent !== text) place.textContent = text;
    place.hidden = false;
  };
  // A page is current when it reaches into the upper half of the screen.
  const current = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? seen.add(target) : seen.delete(target);
    if (seen.size) tell();
  }, { rootMargin: "0px 0px -50% 0px" });
  pages.forEach((page) => current.observe(page));
  tell();
  const end = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    end.disconnect();
    const csrfmiddlewaretoken = form.elements.csrfmiddlewaretoken.value;
    fetch(form.dataset.read, { method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken }) });
  });
  end.observe(form);
}

function runClocks() {
  const life = document.querySelector("[data-life]");
  const resend = document.querySelector("[data-resend]");
  const wait = document.querySelector("[data-wait]");
  const allow = () => {
    resend.disabled = false;
    if (wait) wait.hidden = true;
  };
  if (life) {
    countDown(Number(life.dataset.life), (left) => {
      if (left) life.querySelector("span").textContent = clock(left);
      else { life.textContent = life.dataset.over; life.setAttribute("role", "status"); allow(); }
    });
  }
  if (wait) {
    countDown(Number(resend.dataset.resend), (left) => {
      if (left) wait.querySelector("span").textContent = clock(left);
      else allow();
    });
  }
}

/** The state of the message changes while the person waits for it: ask for the page again, for a minute. */
function followMessage(times = 15) {
  const place = document.querySelector("[data-delivery]");
  if (!place || !times) return;
  setTimeout(async () => {
    if (document.visibilityState === "visible") {
      const answer = await fetch(location.href).catch(() => null);
      const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-delivery]");
      if (fresh && fresh.textContent !== place.textContent) place.replaceChildren(...fresh.childNodes);
    }
    followMessage(times - 1);
  }, 4000);
}

/** Reads the large text with the browser's own Russian voice, paragraph by paragraph, where there is one. */
function readAloud() {
  const place = document.querySelector("[data-speech]");
  if (!place || !("speechSynthesis" in window)) return;
  const button = place.querySelector("button");
  const start = button.textContent;
  const rest = () => { speechSynthesis.cancel(); button.textContent = start; delete button.dataset.on; };
  button.addEventListener("click", () => {
    if (button.dataset.on) { rest(); return; }
    button.dataset.on = "yes";
    button.textContent = button.dataset.stop;
    const paragraphs = [...document.querySelectorAll(".large p")];
    paragraphs.forEach((paragraph, number) => {
      const words = new SpeechSynthesisUtterance(paragraph.textContent);
      words.lang = "ru-RU";
      words.rate = 0.9;
      if (number === paragraphs.length - 1) words.onend = rest;
      speechSynthesis.speak(words);
    });
  });
  addEventListener("pagehide", () => speechSynthesis.cancel());
  place.hidden = false;
}

/** A visit sleeps after 15 minutes without requests; someone who reads slowly is not idle. */
function stayAwake(minutes = 4) {
  let last = Date.now();
  const here = () => {
    if (Date.now() - last < minutes * 60000) return;
    last = Date.now();
    fetch("/sign/", { redirect: "manual" }).catch(() => {});
  };
  for (const kind of ["scroll", "keydown", "pointerdown"]) addEventListener(kind, here, { passive: true });
}

stayAwake();
followReading();
readAloud();
runClocks();
followMessage();
