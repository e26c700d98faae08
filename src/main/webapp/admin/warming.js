/**
 * The warming that this page has begun, kept while other pages are shown. Tells `change`.
 *
 * @typedef {object} Job What GET /api/jobs/{id} tells.
 * @property {string} id
 * @property {string} state running, done, failed, cancelled or died
 * @property {number} total
 * @property {number} done
 * @property {number} failed
 * @property {string[]} problems
 */
class Warming extends EventTarget {
  /** @type {?Job} */
  job = null;
  #events = null;

  get isRunning() {
    return this.job?.state === "running";
  }

  /**
   * Begins to warm.
   *
   * @param {import("../context/api.js").Api} api
   * @param {string} lines one request each
   */
  async begin(api, lines) {
    const response = await api.send("api/cache/warm", {
      method: "POST",
      headers: { "Content-Type": "application/jsonl" },
      body: lines,
    });
    this.#show(await response.json());
    this.#follow(api);
  }

  /** Cancels it; it stops within seconds. */
  async cancel(api) {
    this.#show(await api.delete(`api/jobs/${this.job.id}`));
  }

  #show(job) {
    this.job = job;
    if (!this.isRunning) {
      this.#events?.close();
      this.#events = null;
    }
    this.dispatchEvent(new Event("change"));
  }

  #follow(api) {
    if (!this.isRunning) {
      return;
    }
    const events = new EventSource(api.address(`api/jobs/${this.job.id}/events`));
    this.#events = events;
    events.addEventListener("job", (event) => this.#show(JSON.parse(event.data)));
    events.addEventListener("error", async () => {
      if (events.readyState !== EventSource.CLOSED) {
        // the browser tries again by itself
        return;
      }
      // it does not when it was refused: whoever is signed out sees that by this
      await api.get(`api/jobs/${this.job.id}`).then(
        (job) => this.#show(job),
        () => this.#show({ ...this.job, state: "unknown" }),
      );
    });
  }
}

export const warming = new Warming();
