import { Answer } from "./answer.js";
import { RequestError } from "./api.js";

/** Between looks at an answer that only the store of conversations knows of, in milliseconds. */
const LOOK = 1_000;

/**
 * @typedef {object} Turn as GET /api/conversations/{id} shows it
 * @property {string} id empty until Larder has given it one
 * @property {?string} parent
 * @property {"system"|"user"|"assistant"} role
 * @property {string | object[]} content
 * @property {"complete"|"in-progress"|"interrupted"|"failed"} state
 * @property {string[]} siblings turns beside it, itself included
 */

/**
 * One conversation: its current branch, and the answer that is coming. It goes on while another one is shown.
 */
export class Conversation {
  /** Empty until the first message makes it. */
  id = "";
  title = "";
  /** @type {Turn[]} */
  turns = [];
  /** What is typed and not sent yet. */
  draft = "";
  /** @type {{system: string, temperature: ?number, maxTokens: ?number}} */
  settings = { system: "", temperature: null, maxTokens: null };
  /** @type {?Answer} the one that is coming */
  answer = null;
  /** @type {?RequestError} why the last message was refused */
  problem = null;
  /**
   * What this page saw of answers as they came, by turn; settings are those that went with the request.
   *
   * @type {Map<string, import("./cache-status.js").CacheStatus & {settings: ?object}>}
   */
  statuses = new Map();

  #context;
  #etag = "";
  /** Settings that went with the answer that is coming. */
  #asked = null;
  /** Answers that were stopped. */
  #left = new Set();

  /** @param {import("./open-code-context.js").OpenCodeContext} context */
  constructor(context, id = "") {
    this.#context = context;
    this.id = id;
  }

  /** The model of the last answer; undefined if there is none. */
  get model() {
    return this.turns.findLast((turn) => turn.model)?.model;
  }

  get isBusy() {
    return this.answer !== null;
  }

  /** Reads it, and goes on with the answer that is in flight. */
  async load({ anew = false } = {}) {
    const response = await this.#context.api.send(`api/conversations/${encodeURIComponent(this.id)}`, {
      headers: this.#etag && !anew ? { "If-None-Match": this.#etag } : {},
    });
    if (response.status !== 304) {
      this.#etag = response.headers.get("ETag") ?? "";
      const shown = await response.json();
      this.title = shown.title;
      this.turns = shown.messages;
      this.#changed();
    }
    const last = this.turns.at(-1);
    if (last?.state === "in-progress" && !this.answer && !this.#left.has(last.id)) {
      this.#goOn(last);
    }
  }

  /**
   * Says something to a model. What becomes of it is in `turns`, `answer` and `problem`.
   *
   * @param {string | object[]} content
   * @param {{model: string, mode?: string, parent?: ?string}} options parent: below which turn, null = at the top; the end
   *     of the branch unless told. mode: use, refresh or bypass
   */
  async say(content, { model, mode = "use", parent }) {
    if (this.isBusy) {
      return;
    }
    const before = this.turns;
    const answer = this.#begin(content, model, parent);
    try {
      await this.#make(content);
      const request = {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "text/event-stream",
          "Idempotency-Key": crypto.randomUUID(),
          ...CACHE_CONTROL[mode],
        },
        body: JSON.stringify(this.#message(content, model, parent)),
      };
      const ended = await answer.ask(`api/conversations/${this.id}/messages`, request, (response) => {
        this.turns.at(-1).id = response.headers.get("Larder-Turn") ?? "";
      });
      await this.#settle(ended);
    } catch (error) {
      await this.#fail(error, before, content);
    } finally {
      this.answer = null;
      this.#changed();
    }
  }

  /** Stops the answer that is coming. */
  stop() {
    this.answer?.stop();
  }

  /** Shows the branch that a turn is on, from now on: to the newest of what is below it. */
  async choose(turn) {
    const whole = await this.#context.api.get(`api/conversations/${this.id}/export?format=json`);
    let leaf = turn;
    for (let below = turn; below; below = whole.messages.findLast((one) => one.parent === leaf)?.id) {
      leaf = below;
    }
    await this.#context.api.patch(`api/conversations/${this.id}`, { leaf });
    await this.load();
  }

  #begin(content, model, parent) {
    this.problem = null;
    this.draft = "";
    this.#asked = { ...this.settings };
    this.answer = new Answer(this.#context.api, () => this.#streamed());
    const asked = { id: "", parent: parent ?? null, role: "user", content, state: "complete", siblings: [] };
    const coming = { id: "", parent: "", role: "assistant", content: "", state: "in-progress", model, siblings: [] };
    this.turns = [...this.#upTo(parent), asked, coming];
    this.#changed();
    return this.answer;
  }

  /** The branch up to and including a turn. */
  #upTo(parent) {
    if (parent === undefined) {
      return this.turns;
    }
    return this.turns.slice(0, this.turns.findIndex((turn) => turn.id === parent) + 1);
  }

  async #make(content) {
    if (this.id === "") {
      const made = await this.#context.api.post("api/conversations", { title: titleOf(content) });
      this.id = made.id;
      this.title = made.title;
      this.#context.made(this);
    }
  }

  #message(content, model, parent) {
    const { system, temperature, maxTokens } = this.settings;
    return {
      content,
      model,
      ...(parent === undefined ? {} : { parent }),
      ...(system ? { system } : {}),
      ...(temperature === null ? {} : { temperature }),
      ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    };
  }

  async #goOn(turn) {
    this.answer = new Answer(this.#context.api, () => this.#streamed());
    this.answer.text = turn.content;
    this.#changed();
    try {
      await this.#settle(await this.answer.resume(turn.stream ?? ""));
    } catch (error) {
      await this.#fail(error, [], "");
    } finally {
      this.answer = null;
      this.#changed();
    }
  }

  /** Waits until the conversation has what became of an answer: a node that died is noticed after its lease. */
  async #settle(ended) {
    for (;;) {
      await this.load({ anew: true });
      const last = this.turns.at(-1);
      if (last?.state !== "in-progress") {
        return;
      }
      if (!ended) {
        this.answer.text = last.content;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      if (this.answer.isStopped) {
        throw new RequestError(0, "");
      }
    }
  }

  async #fail(error, before, content) {
    if (this.answer.isStopped) {
      this.#stopped();
      return;
    }
    this.problem = error instanceof RequestError ? error : new RequestError(0, error.message);
    if (this.id !== "" && this.problem.status !== 401 && this.problem.status !== 0) {
      await this.load({ anew: true }).catch(() => {});
    }
    const last = this.turns.at(-1);
    if (last?.role === "assistant" && last.id !== "" && !before.some((turn) => turn.id === last.id)) {
      // it is stored, and shows itself what went wrong
      last.retryAfterSeconds = this.problem.retryAfterSeconds;
      this.problem = null;
    } else {
      // nothing of it is in the conversation: it is as if it had not been sent, and what was typed is still there
      this.turns = last?.id === "" ? before : this.turns;
      this.draft = textOf(content);
    }
  }

  /** It goes on without us, and the store gets what comes of it. */
  #stopped() {
    const last = this.turns.at(-1);
    this.#left.add(last.id);
    this.turns = [...this.turns.slice(0, -1), { ...last, content: this.answer.text, state: "interrupted", stopped: true }];
  }

  #streamed() {
    if (this.answer?.status && this.turns.at(-1)?.id) {
      this.statuses.set(this.turns.at(-1).id, { ...this.answer.status, settings: this.#asked });
    }
    this.#context.changed("answer");
  }

  #changed() {
    this.#context.changed("conversation");
  }
}

/** Request header fields of each mode (RFC 9111). */
const CACHE_CONTROL = {
  use: {},
  refresh: { "Cache-Control": "no-cache" },
  bypass: { "Cache-Control": "no-store" },
};

/** The words of a content that may have parts. */
export function textOf(content) {
  return typeof content === "string"
    ? content
    : content.map((part) => part.text ?? "").filter((text) => text !== "").join("\n");
}

/** A title of what was said first. */
function titleOf(content) {
  const line = textOf(content).trim().split("\n", 1)[0];
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
