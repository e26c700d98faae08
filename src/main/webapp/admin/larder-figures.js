import { LitElement, html } from "lit";
import { bytes, share, short, span } from "../components/units.js";
import { ContextController } from "../context/lit.js";
import { text } from "../text.en.js";
import "./larder-chart.js";
import { millis, rate, ratio } from "./units.js";

const { figures } = text.cache;

/** What charts can go back, in minutes; a node knows an hour. */
const RANGES = [10, 60];

/** Of how many minutes the hit ratio is told that is true now. */
const RECENT = 5;

/** What the cache does now, and did in the last hour. */
class LarderFigures extends LitElement {
  static properties = {
    context: { attribute: false },
    /** What GET /api/cache/history tells; null = not yet known. */
    history: { attribute: false },
    /** What GET /api/cache tells; null = not yet known. */
    report: { attribute: false },
    chosen: { state: true },
  };

  constructor() {
    super();
    this.history = null;
    this.report = null;
    this.chosen = null;
    new ContextController(this, "live");
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <section data-panel aria-labelledby="figures">
        <div data-row>
          <h2 id="figures">${figures.title}</h2>
          <span data-space></span>
          <div data-inline>
            <label for="range">${figures.range}</label>
            <select id="range" @change=${(event) => (this.chosen = Number(event.target.value))}>
              ${RANGES.map(
                (minutes) => html`<option value=${minutes} ?selected=${minutes === this.#minutes}>${figures.last(minutes)}</option>`,
              )}
            </select>
          </div>
        </div>
        ${this.#now()} ${this.#charts()}
        <p data-soft>${figures.meaning}</p>
      </section>
    `;
  }

  /** How far charts go back: as was chosen, or as far as there is something to see. */
  get #minutes() {
    const at = this.history?.at ?? [];
    const known = at.length === 0 ? 0 : (at.at(-1) - at[0]) / 60_000;
    return this.chosen ?? RANGES.find((minutes) => minutes >= known) ?? RANGES.at(-1);
  }

  /** What is true this second, while live figures come; else as of the last look. */
  #now() {
    const { live } = this.context;
    const last = this.#lately();
    const tiles = [
      [figures.hitRatioNow, live ? live.recent.hitRatio : last?.hitRatio, share],
      [figures.requestsPerSecond, live ? live.perSecond.requests : last?.rate, rate],
      [figures.hitTimeNow, live ? live.times?.hitMillis : undefined, millis],
      [figures.missTimeNow, live ? live.times?.missMillis : undefined, millis],
      [figures.tokensSaved, (live?.total ?? this.report)?.tokensSaved, short],
      [figures.timeSaved, (live?.total ?? this.report)?.millisSaved, span],
    ];
    return html`
      <dl data-tiles>
        ${tiles.map(
          ([name, value, format]) => html`
            <div data-tile>
              <dt>${name}</dt>
              <dd>${value === undefined ? text.cache.chart.none : format(value)}</dd>
            </div>
          `,
        )}
      </dl>
    `;
  }

  /** The last five minutes, and the last step, as history has them. */
  #lately() {
    const steps = this.#steps(RECENT);
    if (steps.length === 0) {
      return null;
    }
    const sum = (name) => steps.reduce((total, step) => total + step[name], 0);
    const sums = { hits: sum("hits"), stale: sum("stale"), misses: sum("misses"), collapsed: sum("collapsed") };
    const { requests, seconds } = steps.at(-1);
    return { hitRatio: ratio(sums) ?? undefined, rate: requests / seconds };
  }

  #charts() {
    const steps = this.#steps(this.#minutes);
    const at = steps.map((step) => step.at);
    const chart = (name, format, series, max = null) => html`
      <larder-chart
        .name=${name}
        .at=${at}
        .format=${format}
        .span=${this.#minutes * 60_000}
        .base=${format === bytes ? 1024 : 10}
        .max=${max}
        .series=${series.map(([line, tone, value]) => ({ name: line, tone, values: steps.map(value) }))}
      ></larder-chart>
    `;
    const perSecond = (name) => (step) => step[name] / step.seconds;
    return html`
      <div data-charts>
        ${chart(figures.hitRatio, share, [[figures.hitRatio, "hit", ratio]], 1)}
        ${chart(figures.requestsPerSecond, rate, [
          [figures.all, "all", perSecond("requests")],
          [figures.hits, "hit", perSecond("hits")],
          [figures.misses, "miss", perSecond("misses")],
        ])}
        ${chart(figures.hitTime, millis, [
          [figures.median, "hit", (step) => step.hitMillisMedian],
          [figures.p95, "all", (step) => step.hitMillisP95],
        ])}
        ${chart(figures.missTime, millis, [
          [figures.median, "miss", (step) => step.missMillisMedian],
          [figures.p95, "all", (step) => step.missMillisP95],
        ])}
        ${chart(figures.bytes, bytes, [[figures.bytesOfHits, "hit", (step) => Math.round(step.bytes / step.seconds)]])}
        ${chart(figures.tokens, short, [[figures.tokensPerMinute, "hit", (step) => (step.tokensSaved / step.seconds) * 60]])}
      </div>
    `;
  }

  /** The steps of so many minutes, each as an object. */
  #steps(minutes) {
    if (this.history === null || this.history.at.length === 0) {
      return [];
    }
    const names = Object.keys(this.history);
    const since = this.history.at.at(-1) - minutes * 60_000;
    return this.history.at
      .map((at, i) => Object.fromEntries(names.map((name) => [name, this.history[name][i]])))
      .filter((step) => step.at >= since);
  }
}

customElements.define("larder-figures", LarderFigures);
