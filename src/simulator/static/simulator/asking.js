// The phone's questions to its server. It may be restarting: no answer is no news.

/** Read JSON from an address with a query; null when there is none to read. */
export async function get(address, query) {
  try {
    const response = await fetch(`${address}?${new URLSearchParams(query)}`, { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Send JSON. Returns {ok, answer}, without an answer when the server does not speak. */
export async function send(method, address, body) {
  try {
    const response = await fetch(address, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, answer: await response.json() };
  } catch {
    return { ok: false };
  }
}
