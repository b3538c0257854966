// Runs before the bridge, which reads the launch out of the address. Between our pages the address loses it,
// so the fragment is kept for the life of the window and put back. It never leaves the browser.
"use strict";

(() => {
  const KEPT = "max-launch";
  try {
    if (location.hash.includes("WebAppData=")) sessionStorage.setItem(KEPT, location.hash);
    else if (sessionStorage.getItem(KEPT)) {
      history.replaceState(history.state, "", location.pathname + location.search + sessionStorage.getItem(KEPT));
    }
  } catch { /* a browser without storage: the bridge knows what it remembers itself */ }
})();
