// The cabinet works without this: it only makes itself installable.
"use strict";
const script = document.currentScript;
if ("serviceWorker" in navigator) navigator.serviceWorker.register(script.dataset.worker, { scope: "/cabinet/" }).catch(() => {});
