// @ts-check
// The server's JSON interface, and its errors in the words that people read.

export class Problem extends Error {
  /**
   * @param {number} status HTTP
   * @param {{title: string, detail?: string}} body problem details, RFC 9457
   */
  constructor(status, body) {
    super(body.detail || body.title);
    this.status = status;
    this.body = body;
  }
}

/** No answer came, so nothing is known to be saved. */
export class Unreachable extends Error {}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function request(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>} the JSON of the answer
 * @throws {Problem | Unreachable}
 */
export async function post(path, body) {
  const answer = await request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": document.body.dataset.csrf ?? "" },
    body: JSON.stringify(body),
  });
  const content = await answer.json().catch(() => ({ title: String(answer.status) })); // a proxy answers with a page
  if (!answer.ok) throw new Problem(answer.status, content);
  return content;
}

/**
 * A part of a page as the server renders it.
 * @param {string} path
 * @returns {Promise<DocumentFragment>}
 * @throws {Problem | Unreachable}
 */
export async function fragment(path) {
  const answer = await request(path, { headers: { Accept: "text/html", "X-Fragment": "1" } });
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") throw new Problem(401, { title: "" });
  const html = await answer.text();
  if (!answer.ok) throw new Problem(answer.status, { title: String(answer.status) });
  const template = document.createElement("template");
  template.innerHTML = html;
  return document.importNode(template.content, true);
}
