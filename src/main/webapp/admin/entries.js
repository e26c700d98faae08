/** Entries that are looked through to count those that an invalidation will hit. */
const COUNT_MAX = 10_000;

/** The largest page that Larder gives. */
const PAGE_MAX = 1_000;

/**
 * What an entry is filed under, as Larder tells it.
 *
 * @typedef {object} Entry
 * @property {string} key
 * @property {?string} type
 * @property {?string} model
 * @property {?string} provider
 * @property {?string} user
 * @property {?string} tenant
 * @property {?string} namespace
 * @property {string[]} tags
 * @property {string} storedAt
 * @property {string} expiresAt
 * @property {number} bytes
 */

/** By what Larder itself can filter. */
const FILTERS = ["type", "tag", "model", "user", "tenant"];

/**
 * Some of the entries.
 *
 * @param {import("../context/api.js").Api} api
 * @param {object} filter values of {@link FILTERS}; empty ones are left out
 * @returns {Promise<{entries: Entry[], cursor: string}>} an empty cursor says that there are no more
 */
export function page(api, filter, cursor, limit) {
  const query = new URLSearchParams({ cursor, limit });
  for (const name of FILTERS) {
    if (filter[name] && (name !== "tenant" || filter.user)) {
      query.set(name, filter[name]);
    }
  }
  return api.get(`api/cache/entries?${query}`);
}

/**
 * How many entries a label is on.
 *
 * @param {object} filter of Larder
 * @param {(entry: Entry) => boolean} has for what Larder cannot filter by
 * @returns {Promise<{count: number, more: boolean}>} more = these were counted, and there may be others
 */
export async function count(api, filter, has) {
  let found = 0;
  let cursor = "";
  let pages = 0;
  do {
    const { entries, cursor: next } = await page(api, filter, cursor, PAGE_MAX);
    found += entries.filter(has).length;
    cursor = next;
    pages++;
  } while (cursor !== "" && found < COUNT_MAX && pages < COUNT_MAX / PAGE_MAX);
  return { count: found, more: cursor !== "" };
}

/** The path of one entry. */
export const pathOf = (key) => `api/cache/entries/${encodeURIComponent(key)}`;
