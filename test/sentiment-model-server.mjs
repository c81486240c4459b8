// A model server behind docs/sentiment-api.openapi.yaml, for tests: a process of its own that does what it is told to.
// POST /control [behaviour, …] says what the next requests get; after those all are answered properly.
import { createServer } from 'node:http';

const KEY = 'the-right-key';
let script = [];
let seen = [];
let model = 'stand-in-1';

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    if (request.url === '/control') return control(request, response, body);
    if (request.url === '/health') return send(response, 200, { status: 'ok', model });
    seen.push({
      path: request.url,
      authorization: request.headers.authorization ?? null,
      body: JSON.parse(body),
    });
    if (request.url !== '/analyze') return send(response, 404, { error: 'nothing here' });
    if (request.headers.authorization !== `Bearer ${KEY}`) return send(response, 401, { error: 'wrong key' });
    behave(script.shift() ?? { kind: 'answer' }, JSON.parse(body).texts, response);
  });
  request.on('error', () => undefined);
});

function control(request, response, body) {
  if (request.method === 'POST') {
    const order = JSON.parse(body);
    script = order.script ?? [];
    model = order.model ?? model;
    seen = [];
  }
  send(response, 200, { seen, left: script.length });
}

function behave({ kind, ms = 0, status = 500, headers = {}, body, bytes = 0 }, texts, response) {
  if (kind === 'hang') return;
  if (kind === 'reset') return response.socket.resetAndDestroy();
  if (kind === 'halfway') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"model": "stand-in-1", "results": [');
    setTimeout(() => response.socket?.destroy(), 20);
    return;
  }
  if (kind === 'huge') {
    response.writeHead(200, { 'content-type': 'application/json' });
    let left = bytes;
    const more = () => {
      while (left > 0 && !response.destroyed) {
        left -= 65_536;
        if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
      }
      if (!response.destroyed) response.end();
    };
    return more();
  }
  if (kind === 'status') return send(response, status, { error: 'as told', texts }, headers);
  if (kind === 'body') return send(response, 200, body);
  if (texts.some((text) => text.includes('poison'))) return send(response, 422, { error: 'not this one' });
  setTimeout(() => send(response, 200, { model, results: texts.map(mood) }), ms);
}

function mood(text) {
  const label = text.includes('good') ? 'positive' : text.includes('bad') ? 'negative' : 'neutral';
  return {
    label,
    confidence: 0.9,
    score: label === 'positive' ? 0.8 : label === 'negative' ? -0.8 : 0,
    language: 'en',
  };
}

function send(response, status, body, headers = {}) {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('disconnect', () => process.exit());
