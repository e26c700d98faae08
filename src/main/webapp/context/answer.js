import { RequestError } from "./api.js";
import { cacheStatus } from "./cache-status.js";
import { events } from "./sse.js";
import { step } from "./wire.js";

/** Pauses between tries to reach an answer again, in milliseconds; then it is given up. */
const PAUSES = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000];

/**
 * One answer as it comes. It outlives the loss of a connection: it goes on with the stream's name on whatever node answers,
 * after the last event that had a number, or from its begin.
 */
export class Answer {
  text = "";
  reasoning = "";
  /** @type {import("./cache-status.js").CacheStatus | null} */
  status = null;
  /** Name of its stream, by which it can be gone on with; empty = it cannot be. */
  stream = "";
  /** Whether the connection is lost, and is being made again. */
  reconnecting = false;

  #api;
  #changed;
  #stop = new AbortController();
  #lastId = "";

  /**
   * @param {import("./api.js").Api} api
   * @param {() => void} changed called after every change
   */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  /** Whether it was told to stop. */
  get isStopped() {
    return this.#stop.signal.aborted;
  }

  /** Reads no more of it. What the provider still sends goes into the cache. */
  stop() {
    this.#stop.abort();
  }

  /**
   * Sends a request and reads the answer to its end. Sent again with the same Idempotency-Key when no answer comes.
   *
   * @param {string} path
   * @param {RequestInit} options
   * @param {(response: Response) => void} onHeaders called when an answer has begun
   * @returns {Promise<boolean>} whether the answer came to its end; false = only the conversation knows what became of it
   */
  async ask(path, options, onHeaders) {
    const began = performance.now();
    const response = await this.#patiently(() => this.#api.send(path, { ...options, signal: this.#stop.signal }));
    if (!response) {
      throw new RequestError(0, "");
    }
    this.status = { ...cacheStatus(response.headers), firstMillis: performance.now() - began };
    this.stream = response.headers.get("Larder-Stream") ?? "";
    onHeaders(response);
    this.#changed();
    if (!(response.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
      // known already: the conversation has it
      await response.body?.cancel();
      return false;
    }
    const ended = (await this.#read(response.body)) || (await this.resume(this.stream));
    if (ended) {
      this.status = { ...this.status, millis: performance.now() - began };
      this.#changed();
    }
    return ended;
  }

  /**
   * Reads a stream that is in flight, or was.
   *
   * @param {string} stream its name
   * @returns {Promise<boolean>} whether the answer came to its end
   */
  async resume(stream) {
    this.stream = stream;
    while (stream !== "" && !this.isStopped) {
      const response = await this.#patiently(() =>
        this.#api.send(`v1/streams/${encodeURIComponent(stream)}`, {
          headers: this.#lastId === "" ? {} : { "Last-Event-ID": this.#lastId },
          signal: this.#stop.signal,
        }),
      ).catch((error) => {
        if (error.status === 404 || error.status === 410) {
          return null;
        }
        throw error;
      });
      if (!response) {
        return false;
      }
      if (this.#lastId === "") {
        this.text = "";
        this.reasoning = "";
      }
      if (await this.#read(response.body)) {
        return true;
      }
    }
    return false;
  }

  /** Tries again while nobody answers; null when that takes too long. */
  async #patiently(send) {
    for (const pause of [...PAUSES, 0]) {
      try {
        const response = await send();
        this.#connected(true);
        return response;
      } catch (error) {
        if (!(error instanceof RequestError) || error.status !== 0) {
          this.#connected(true);
          throw error;
        }
        this.#connected(false);
        await this.#wait(pause);
      }
    }
    this.#connected(true);
    return null;
  }

  #connected(is) {
    if (this.reconnecting === is) {
      this.reconnecting = !is;
      this.#changed();
    }
  }

  async #wait(millis) {
    const signal = this.#stop.signal;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
    signal.throwIfAborted();
  }

  /** @returns {Promise<boolean>} whether the end came; false = it broke off before */
  async #read(body) {
    try {
      for await (const event of events(body)) {
        this.#lastId = event.id;
        const { text, reasoning, error, done } = step(event);
        if (error !== undefined) {
          throw new RequestError(200, error);
        }
        if (text || reasoning) {
          this.text += text ?? "";
          this.reasoning += reasoning ?? "";
          this.#changed();
        }
        if (done) {
          return true;
        }
      }
      return false;
    } catch (failed) {
      if (failed instanceof RequestError || failed instanceof RangeError || this.isStopped) {
        throw failed;
      }
      // the connection was cut
      return false;
    }
  }
}
