import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-processes.mjs';
import { withLock } from './lock-file.mjs';
import { cacheFolder, insideProject } from './project-folder.mjs';
import { step } from './progress.mjs';

const folder = insideProject('clients', 'typescript');
const documentFile = insideProject('docs', 'openapi.json');
const stampFile = path.join(folder, 'dist', '.built-from');
const made = {
  schema: path.join(folder, 'src', 'schema.ts'),
  events: path.join(folder, 'src', 'live-event-data.ts'),
  idempotent: path.join(folder, 'src', 'idempotent-operations.ts'),
};

/** What is handed over in events is said by these; what they say of messages stands in the document. */
const eventSources = [
  'src/public-events/public-event-payloads.ts',
  'src/public-events/public-event.ts',
  'src/domain-events/domain-events.ts',
  'src/database/ids.ts',
];

function inputs() {
  const own = fs.readdirSync(path.join(folder, 'src')).map((name) => path.join(folder, 'src', name));
  return [
    documentFile,
    ...eventSources.map((name) => insideProject(name)),
    ...['client-build.mjs', 'client-events.mjs'].map((name) => insideProject('scripts', name)),
    insideProject('package-lock.json'),
    path.join(folder, 'package.json'),
    path.join(folder, 'tsconfig.json'),
    ...own.filter((file) => !Object.values(made).includes(file)).sort(),
  ];
}

function digestOfInputs() {
  const hash = crypto.createHash('sha256');
  for (const file of inputs()) hash.update(`${path.basename(file)}\0`).update(fs.readFileSync(file));
  return hash.digest('hex');
}

function isFresh() {
  return (
    Object.values(made).every((file) => fs.existsSync(file)) &&
    fs.existsSync(stampFile) &&
    fs.readFileSync(stampFile, 'utf8') === digestOfInputs()
  );
}

/** Makes the types of docs/openapi.json and of the live events, and compiles the client into clients/typescript/dist. */
export async function buildClientIfNeeded() {
  if (isFresh()) return;
  const work = async () => {
    if (isFresh()) return;
    const digest = digestOfInputs();
    fs.rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
    await generate();
    await run(process.execPath, [
      insideProject('node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      path.join(folder, 'tsconfig.json'),
    ]);
    fs.writeFileSync(stampFile, digest);
  };
  await step('Building the TypeScript client', (detail) =>
    withLock(path.join(cacheFolder, 'client.lock'), work, (pid) =>
      detail(`waiting for process ${pid}, which is building it`),
    ),
  );
}

async function generate() {
  // Needs what npm installs, which is not there yet when npm test begins.
  const { default: openapiTypes, astToString } = await import('openapi-typescript');
  const { default: ts } = await import('typescript');
  const { eventTypes } = await import('./client-events.mjs');
  const document = JSON.parse(fs.readFileSync(documentFile, 'utf8'));
  for (const { operation } of operationsOf(document))
    for (const status of Object.keys(operation.responses))
      if (Number(status) >= 400) delete operation.responses[status]; // all one shape: ApiError
  const blob = ts.factory.createTypeReferenceNode('Blob');
  const types = await openapiTypes(document, {
    defaultNonNullable: false, // what has a default may be left out of a request
    transform: ({ format }) => (format === 'binary' ? blob : undefined),
  });
  const head = '// Made by npm run client:build from docs/openapi.json; changes are lost.\n';
  fs.writeFileSync(made.schema, head + astToString(types));
  fs.writeFileSync(made.events, eventTypes(new Set(Object.keys(document.components.schemas))));
  fs.writeFileSync(made.idempotent, head + idempotentOperations(document));
}

function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([address, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${address}`,
      operation,
    })),
  );
}

function idempotentOperations(document) {
  const names = operationsOf(document)
    .filter(({ operation }) =>
      (operation.parameters ?? []).some((parameter) => parameter.name === 'Idempotency-Key'),
    )
    .map(({ name }) => `  '${name}',\n`);
  return `\n/** Those that take an idempotency key. */\nexport const IDEMPOTENT_OPERATIONS: ReadonlySet<string> = new Set([\n${names.join('')}]);\n`;
}
