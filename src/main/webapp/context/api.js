/**
 * Speaks HTTP to Larder by the session of the browser, and knows nothing of any page.
 */
export class Api {
  #base;
  #token = "";

  /** @param {string} base where Larder is, relative to the page or absolute; ends with / unless empty */
  constructor(base = "") {
    this.#base = base;
    /** @type {() => void} called when a request shows that nobody is signed in any more */
    this.onSignedOut = () => {};
  }

  /** @param {string} token the session's, which every request that changes something shows */
  set token(token) {
    this.#token = token;
  }

  /** The absolute or relative address of a path. */
  address(path) {
    return this.#base + path;
  }

  /** @returns {Promise<any>} what is there, as JSON */
  async get(path, options) {
    return (await this.send(path, options)).json();
  }

  /** @returns {Promise<any>} the answer, as JSON; null if it has no body */
  async post(path, body, options) {
    return json(await this.send(path, { method: "POST", ...withBody(body), ...options }));
  }

  /** @returns {Promise<any>} the answer, as JSON; null if it has no body */
  async patch(path, body, options) {
    return json(await this.send(path, { method: "PATCH", ...withBody(body), ...options }));
  }

  /** @returns {Promise<any>} the answer, as JSON; null if it has no body */
  async delete(path, options) {
    return json(await this.send(path, { method: "DELETE", ...options }));
  }

  /**
   * Sends any request.
   *
   * @param {string} path relative to Larder, without a slash before it
   * @param {RequestInit} options as of fetch
   * @returns {Promise<Response>} an answer of 2xx or 304
   * @throws {RequestError} for any other, and with status 0 if there was none
   */
  async send(path, options = {}) {
    let response;
    try {
      response = await fetch(this.address(path), {
        ...options,
        headers: { ...options.headers, ...(this.#token ? { "X-CSRF-Token": this.#token } : {}) },
      });
    } catch (failed) {
      if (options.signal?.aborted) {
        throw failed;
      }
      throw new RequestError(0, "", {});
    }
    if (response.ok || response.status === 304) {
      return response;
    }
    if (response.status === 401) {
      this.onSignedOut();
    }
    throw await RequestError.of(response);
  }
}

function withBody(body) {
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function json(response) {
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

/** Larder or a provider refused a request, or there was no answer. */
export class RequestError extends Error {
  /**
   * @param {number} status HTTP status; 0 = no answer, or one that broke off
   * @param {string} message what the answer says
   * @param {{problem?: any, retryAfterSeconds?: ?number}} more the body, and after how long another try makes sense
   */
  constructor(status, message, { problem = null, retryAfterSeconds = null } = {}) {
    super(message);
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** @param {Response} response one that is no success */
  static async of(response) {
    const text = await response.text().catch(() => "");
    const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    let problem = null;
    try {
      problem = JSON.parse(text);
    } catch {
      // not JSON: the text itself is all there is
    }
    return new RequestError(response.status, messageOf(problem) || text.slice(0, 500), {
      problem,
      retryAfterSeconds: Number.isNaN(retryAfter) ? null : retryAfter,
    });
  }
}

/** What an error's body says, in any of the shapes that Larder and providers use. */
function messageOf(problem) {
  return problem?.error?.message ?? problem?.detail ?? problem?.title ?? "";
}
