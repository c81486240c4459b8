// The API document as a Postman collection (v2.1), with the document's own examples. The same document gives the same
// collection, byte for byte: converters to be had make values up, and send every parameter that may be left out.
import crypto from 'node:crypto';

const schemaUrl = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** Those that log in keep the tokens, so that all others are sent with them. */
const givesTokens = new Set(['/api/auth/login', '/api/auth/register', '/api/auth/refresh']);
const keepTokens = `const answer = pm.response.json();
if (answer.success) {
  pm.collectionVariables.set('accessToken', answer.data.accessToken);
  pm.collectionVariables.set('refreshToken', answer.data.refreshToken);
}`;
const variables = [
  ['baseUrl', 'http://localhost:3000', 'Where the service is, without a slash at the end.'],
  ['accessToken', '', 'Set by the requests that log in.'],
  ['refreshToken', '', 'Set by the requests that log in.'],
];

export function postmanCollection(document) {
  const folders = new Map();
  for (const [address, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const [tag = 'Others'] = operation.tags ?? [];
      folders.set(tag, [...(folders.get(tag) ?? []), requestOf(document, address, method, operation)]);
    }
  return {
    info: {
      _postman_id: idOf(document.info.title),
      name: document.info.title,
      description: document.info.description,
      schema: schemaUrl,
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: variables.map(([key, value, description]) => ({ key, value, type: 'string', description })),
    item: [...folders]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => ({ id: idOf(name), name, item })),
  };
}

function requestOf(document, address, method, operation) {
  const parameters = operation.parameters ?? [];
  const request = {
    method: method.toUpperCase(),
    description: operation.description ?? '',
    url: urlOf(document, address, parameters),
    header: parameters.filter((each) => each.in === 'header').map((each) => optional(document, each)),
    ...bodyOf(document, address, operation.requestBody),
    ...((operation.security ?? []).length === 0 ? { auth: { type: 'noauth' } } : {}),
  };
  return {
    id: idOf(operation.operationId),
    name: (operation.summary ?? operation.operationId).replace(/\.$/, ''),
    request,
    response: answersOf(document, operation, request),
    ...(givesTokens.has(address)
      ? { event: [{ listen: 'test', script: { type: 'text/javascript', exec: keepTokens.split('\n') } }] }
      : {}),
  };
}

function urlOf(document, address, parameters) {
  const query = parameters.filter((each) => each.in === 'query').map((each) => optional(document, each));
  const sent = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`);
  const address_ = address.replace(/\{(\w+)\}/g, ':$1');
  return {
    raw: `{{baseUrl}}${address_}${sent.length === 0 ? '' : `?${sent.join('&')}`}`,
    host: ['{{baseUrl}}'],
    path: address_.slice(1).split('/'),
    query,
    variable: parameters
      .filter((each) => each.in === 'path')
      .map((each) => ({ key: each.name, value: '', description: each.description ?? '' })),
  };
}

/** What may be left out is there, and switched off. */
function optional(document, { name, required, description, schema, example }) {
  const value = example ?? sample(document, schema ?? {}) ?? '';
  return { key: name, value: String(value), description: description ?? '', disabled: required !== true };
}

function bodyOf(document, address, requestBody) {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined) return {};
  if (type === 'multipart/form-data' || type === 'application/x-www-form-urlencoded') {
    const { properties = {}, required = [] } = resolve(document, content.schema ?? {});
    const fields = Object.entries(properties).map(([key, schema]) => ({
      key,
      ...(schema.format === 'binary'
        ? { type: 'file', src: [] }
        : { type: 'text', value: String(sample(document, schema) ?? '') }),
      description: schema.description ?? '',
      disabled: !required.includes(key),
    }));
    return { body: type.startsWith('multipart') ? form('formdata', fields) : form('urlencoded', fields) };
  }
  const given = exampleOf(content);
  const value = address === '/api/auth/refresh' ? { refreshToken: '{{refreshToken}}' } : given;
  const raw = typeof value === 'string' ? value : JSON.stringify(value ?? {}, null, 2);
  return {
    body: { mode: 'raw', raw, options: { raw: { language: type.includes('json') ? 'json' : 'text' } } },
  };
}

function form(mode, fields) {
  return { mode, [mode]: fields };
}

function answersOf(document, operation, request) {
  return Object.entries(operation.responses)
    .filter(([status]) => Number(status) < 400)
    .flatMap(([status, { description, content = {} }]) => {
      const value = exampleOf(content['application/json'] ?? {});
      if (value === undefined) return [];
      return [
        {
          id: idOf(`${operation.operationId} ${status}`),
          name: description.split('\n')[0],
          originalRequest: { method: request.method, url: request.url },
          code: Number(status),
          _postman_previewlanguage: 'json',
          header: [{ key: 'Content-Type', value: 'application/json' }],
          body: JSON.stringify(value, null, 2),
        },
      ];
    });
}

function exampleOf({ example, examples = {} }) {
  return example ?? Object.values(examples)[0]?.value;
}

function sample(document, schema) {
  const { example, default: usual, enum: values = [] } = resolve(document, schema);
  return example ?? usual ?? values[0];
}

function resolve(document, schema) {
  if (schema.$ref === undefined) return schema;
  return document.components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {};
}

/** The same for the same name. */
function idOf(text) {
  const hex = crypto.createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
