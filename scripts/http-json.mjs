import { Problem } from './problem.mjs';
import { assertNotStopping } from './shutdown.mjs';

const timeoutMs = 30_000;

/** A client of the service's public API: resolves to `data`, or throws an `ApiProblem` with the error envelope's words. */
export function apiClient(baseUrl) {
  let accessToken;
  const call = async (method, path, body, contentType = 'application/json') => {
    assertNotStopping();
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error) => {
      assertNotStopping(); // the service is being stopped: no wonder
      throw new Problem(`${method} ${path} got no answer: ${error.cause?.message ?? error.message}.`);
    });
    const text = await response.text();
    const answer = parsed(text);
    if (!response.ok || answer?.success !== true)
      throw new ApiProblem(method, path, response.status, answer, text);
    return answer.data;
  };
  return {
    authorize: (token) => (accessToken = token),
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    /** Text of another kind than JSON. */
    upload: (path, contentType, text) => call('POST', path, text, contentType),
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class ApiProblem extends Problem {
  constructor(method, path, status, answer, text) {
    const { code, message, details } = answer?.error ?? {};
    const words = code === undefined ? text.slice(0, 300) : `${code}: ${message}`;
    const more = details && Object.keys(details).length > 0 ? `\n    ${JSON.stringify(details)}` : '';
    super(`${method} ${path} answered ${status}. ${words}${more}`);
    this.status = status;
    this.code = code;
  }
}

/** Asks again and again until the answer is something other than undefined. */
export async function eventually(probe, what, patienceMs = 30_000) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    assertNotStopping();
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Problem(`Waited ${patienceMs / 1000} s for ${what}, in vain.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
