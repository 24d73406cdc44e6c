// The JSON interface of the server, with its errors as they are told to people.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title);
    this.status = status;
    this.body = body;
  }
}

/** Lost on the way: nobody answered, so nothing is known to be saved. */
export class Unreachable extends Error {}

async function fetched(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Unreachable(error.message);
  }
}

export async function post(path, body) {
  const answer = await fetched(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": document.body.dataset.csrf },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({ title: String(answer.status) })); // a proxy's page is no JSON
  if (!answer.ok) throw new Problem(answer.status, said);
  return said;
}

/** A part of a page as the server draws it. */
export async function fragment(path) {
  const answer = await fetched(path, { headers: { Accept: "text/html", "X-Fragment": "1" } });
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") throw new Problem(401, { title: "" });
  const html = await answer.text();
  if (!answer.ok) throw new Problem(answer.status, { title: String(answer.status) });
  const template = document.createElement("template");
  template.innerHTML = html;
  return document.importNode(template.content, true);
}
