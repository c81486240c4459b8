import type { WorkScope } from './work-scope';

/** By Node's own request, which is all that the log of requests knows. */
const scopes = new WeakMap<object, WorkScope>();

export function rememberScope(request: object, scope: WorkScope): void {
  scopes.set(request, scope);
}

export function scopeOfRequest(request: object): WorkScope | undefined {
  return scopes.get(request);
}
