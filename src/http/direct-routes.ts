import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Takes a request whose body has not been read, and answers it whatever happens. */
export type DirectHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves a few POST addresses straight from Node's server, past the framework: its routing, hooks, guards and interceptors
 * cost several times what storing a webhook does. An address with a query, or spelled otherwise, goes the usual way.
 * @param server one whose listener for requests is already the framework's
 */
export function serveDirectly(server: Server, routes: ReadonlyMap<string, DirectHandler>): void {
  const framework = server.listeners('request') as DirectHandler[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const handler = request.method === 'POST' ? routes.get(request.url ?? '') : undefined;
    if (handler !== undefined) handler(request, response);
    else for (const listener of framework) listener(request, response);
  });
}
