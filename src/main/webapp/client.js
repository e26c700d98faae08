/**
 * Speaks to Larder by the session of the browser: signs in and out, and asks for streamed answers. The key is sent once
 * and kept nowhere.
 *
 * @typedef {object} CacheStatus What the cache did for one answer.
 * @property {string} result HIT, MISS or BYPASS
 * @property {string} key fingerprint of the entry, 64 hexadecimal digits
 * @property {?number} ageSeconds age of the entry; null when the provider was asked
 * @property {?number} providerMillis time the provider took when the entry was made
 */
export class Client {
  #token;

  /** @param {string} token the session's, which every request that changes something shows */
  constructor(token) {
    this.#token = token;
  }

  /**
   * Signs in with an API key. Throws {@link RequestError} when it is nobody's.
   *
   * @param {string} key an API key of Larder
   */
  static async signIn(key) {
    const response = await fetch("api/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key }),
    });
    return new Client((await json(response)).csrfToken);
  }

  /** The client of the session that the browser is in; null when it is in none. */
  static async resume() {
    const response = await fetch("api/me");
    return response.status === 401 ? null : new Client((await json(response)).csrfToken);
  }

  /** Signs out; a session that is over already is no failure. */
  async signOut() {
    await this.#send("api/session", { method: "DELETE" }).catch((error) => {
      if (error.status !== 401) {
        throw error;
      }
    });
  }

  /** The names of the models that can be asked. */
  async models() {
    const list = await (await this.#send("v1/models")).json();
    return list.data.map((model) => model.id);
  }

  /**
   * Asks and gives the answer's text as it comes.
   *
   * @param {{model: string, content: string, bypass: boolean, signal: AbortSignal}} question
   * @param {(status: CacheStatus) => void} onStatus called once, before the first text
   * @returns {AsyncGenerator<string>} pieces of text
   */
  async *ask({ model, content, bypass, signal }, onStatus) {
    const response = await this.#send("v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(bypass ? { "Cache-Control": "no-store" } : {}) },
      body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content }] }),
      signal,
    });
    onStatus(cacheStatus(response.headers));
    yield* texts(response.body);
  }

  async #send(path, options = {}) {
    const response = await fetch(path, {
      ...options,
      headers: { ...options.headers, "X-CSRF-Token": this.#token },
    });
    return checked(response);
  }
}

async function json(response) {
  return (await checked(response)).json();
}

async function checked(response) {
  if (!response.ok) {
    throw new RequestError(response.status, await message(response));
  }
  return response;
}

/** Larder or a provider refused a request. */
export class RequestError extends Error {
  /**
   * @param {number} status HTTP status
   * @param {string} message what the answer says
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @returns {CacheStatus} */
function cacheStatus(headers) {
  const age = headers.get("Age");
  const provider = /provider;dur=(\d+)/.exec(headers.get("Server-Timing") ?? "");
  return {
    result: headers.get("X-Cache") ?? "",
    key: headers.get("Larder-Key") ?? "",
    ageSeconds: age === null ? null : Number(age),
    providerMillis: provider ? Number(provider[1]) : null,
  };
}

async function message(response) {
  const text = await response.text();
  try {
    const body = JSON.parse(text);
    return body.error?.message ?? body.detail ?? text;
  } catch {
    return text || `status ${response.status}`;
  }
}

/** The text of each chunk of an OpenAI stream; an error event or a missing end is thrown. */
async function* texts(body) {
  let complete = false;
  for await (const data of events(body)) {
    if (data === "[DONE]") {
      complete = true;
      break;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) {
      throw new RequestError(200, chunk.error.message);
    }
    const text = chunk.choices?.[0]?.delta?.content;
    if (text) {
      yield text;
    }
  }
  if (!complete) {
    throw new RequestError(200, "the answer broke off");
  }
}

/** The data of each server-sent event. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      yield* blocks.map(dataOf).filter((data) => data !== "");
    }
    if (dataOf(rest) !== "") {
      yield dataOf(rest);
    }
  } finally {
    await reader.cancel();
  }
}

function dataOf(block) {
  return block
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}
