// A page as files: bundled once, then served from memory. No part of it is special; any web server does the same.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = path.dirname(fileURLToPath(import.meta.url));
const types = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'src', 'main.ts')],
    tsconfig: path.join(folder, 'tsconfig.json'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** Only the service, Meta's SDK and Meta's windows: what else gets into the page can load and tell nothing. */
function contentPolicy({ apiUrl, sdkUrl }) {
  const api = new URL(apiUrl).origin;
  const sdk = new URL(sdkUrl).origin;
  return [
    "default-src 'none'",
    `script-src 'self' ${sdk}`,
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${api} ${api.replace(/^http/, 'ws')} https://*.facebook.com`,
    'frame-src https://*.facebook.com',
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

/**
 * @param settings what the page reads at /settings.json; see src/settings.ts
 * @returns its address and how to stop it
 */
export async function servePage({ settings, host = '127.0.0.1', port = 0 }) {
  const files = {
    '/': ['.html', fs.readFileSync(path.join(folder, 'index.html'))],
    '/style.css': ['.css', fs.readFileSync(path.join(folder, 'style.css'))],
    '/page.js': ['.js', await bundle()],
  };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const told = settings();
    const [type, body] =
      pathname === '/settings.json' ? ['.json', JSON.stringify(told)] : (files[pathname] ?? []);
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': `${types[type]}; charset=utf-8`,
      'cache-control': 'no-cache',
      'content-security-policy': contentPolicy(told),
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    url: `http://${host === '127.0.0.1' ? 'localhost' : host}:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
