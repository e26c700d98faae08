/**
 * What the cache did for one answer.
 *
 * @typedef {object} CacheStatus
 * @property {string} result HIT, MISS, COLLAPSED, STALE or BYPASS
 * @property {string} key fingerprint of the entry, 64 hexadecimal digits; empty if the answer cannot be kept
 * @property {string} provider who gave the answer, now or when it was kept
 * @property {?number} ageSeconds age of the entry; null when the provider was asked
 * @property {?number} providerMillis time the provider took when the entry was made
 * @property {string} detail Cache-Status, which says why (RFC 9211)
 * @property {[string, string][]} headers all fields of the answer that tell of it
 * @property {?number} firstMillis from the request to the first byte; null = not known any more
 * @property {?number} millis from the request to the end; null = not known (yet)
 */

const TOLD = /^(cache-status|x-cache|age|etag|larder-.*|server-timing|ratelimit.*|x-ratelimit-.*|anthropic-ratelimit-.*|x-request-id|request-id|retry-after)$/;

/**
 * @param {Headers} headers of an answer
 * @returns {CacheStatus}
 */
export function cacheStatus(headers) {
  const age = headers.get("Age");
  const provider = /provider;dur=(\d+)/.exec(headers.get("Server-Timing") ?? "");
  return {
    result: headers.get("X-Cache") ?? "",
    key: headers.get("Larder-Key") ?? "",
    provider: headers.get("Larder-Provider") ?? "",
    ageSeconds: age === null ? null : Number(age),
    providerMillis: provider ? Number(provider[1]) : null,
    detail: headers.get("Cache-Status") ?? "",
    headers: [...headers].filter(([name]) => TOLD.test(name)),
    firstMillis: null,
    millis: null,
  };
}

/** What an answer from the cache saved, in milliseconds; null if that is not known. */
export function savedMillis(status) {
  return status.providerMillis === null || status.millis === null
    ? null
    : Math.max(0, status.providerMillis - status.millis);
}
