/**
 * The pages, in the order of the menu.
 *
 * @typedef {object} Route
 * @property {string} name
 * @property {string} hash where the menu leads
 * @property {RegExp} path which hashes it shows, without the #
 * @property {string} element the page, which has the property `context`, and `match` with what `path` found
 * @property {() => Promise<unknown>} load loads what defines the element
 * @property {boolean} [admin] only for administrators
 */

/** @type {Route[]} */
export const routes = [
  {
    name: "chat",
    hash: "#/",
    path: /^\/?$|^\/c\/([\w-]+)$/,
    element: "larder-chat",
    load: () => import("../chat/larder-chat.js"),
  },
  {
    name: "cache",
    hash: "#/cache",
    path: /^\/cache$/,
    element: "larder-cache",
    load: () => import("../admin/larder-cache.js"),
    admin: true,
  },
  {
    name: "limits",
    hash: "#/limits",
    path: /^\/limits$/,
    element: "larder-limits",
    load: () => import("../limits/larder-limits.js"),
  },
  {
    name: "keys",
    hash: "#/keys",
    path: /^\/keys$/,
    element: "larder-keys",
    load: () => import("../keys/larder-keys.js"),
  },
];
