// @ts-check
// Elements of the page by selector, of the type that the script relies on.

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type for example HTMLButtonElement
 * @param {ParentNode} [within]
 * @returns {T}
 * @throws {Error} the page has none: a template and its script disagree
 */
export function find(selector, type, within = document) {
  const found = findAny(selector, type, within);
  if (found === null) throw new Error(`no ${type.name} matches ${selector}`);
  return found;
}

/**
 * The same, or null where the page has none.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T | null}
 */
export function findAny(selector, type, within = document) {
  const found = within.querySelector(selector);
  return found instanceof type ? found : null;
}

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T[]}
 */
export function findAll(selector, type, within = document) {
  /** @type {(found: Element) => found is T} */
  const ofType = (found) => found instanceof type;
  return [...within.querySelectorAll(selector)].filter(ofType);
}

/**
 * The nearest element around the target of an event, itself included.
 * @template {Element} T
 * @param {Event} event
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T | null}
 */
export function around(event, selector, type) {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof type ? found : null;
}
