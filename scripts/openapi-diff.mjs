// npm run openapi:diff: whether docs/openapi.json breaks those who use the last release. What is meant to break is written
// down, with the reason, in docs/openapi.accepted.yaml. --release: makes docs/openapi.json the last release.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { breakingChanges } from './openapi-changes.mjs';
import { insideProject } from './project-folder.mjs';

const folder = insideProject('docs');
const header = `# Changes of the API since the last release that break those who use it, and why they were made all the same.
# npm run openapi:diff prints the sentences; npm run openapi:release empties this list.
# - change: 'GET /api/meta/things: is gone'
#   reason: Nobody could use it, because …
`;

/** Another folder, for tests. */
const place =
  process.argv.find((argument) => argument.startsWith('--folder='))?.slice('--folder='.length) ?? folder;
const read = (name) => fs.readFileSync(path.join(place, name), 'utf8');

function release() {
  const document = JSON.parse(read('openapi.json'));
  fs.writeFileSync(path.join(place, 'openapi.released.json'), compact(withoutWords(document)));
  fs.writeFileSync(path.join(place, 'openapi.accepted.yaml'), `${header}[]\n`);
  return 0;
}

/** What can break, without descriptions: those may change at any time. */
function withoutWords(value, isNames = false) {
  if (Array.isArray(value)) return value.map((item) => withoutWords(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => isNames || !['description', 'summary', 'tags'].includes(name))
      .map(([name, item]) => [name, withoutWords(item, !isNames && name === 'properties')]),
  );
}

/** A line for each address and schema, so that a release can be read as a difference. */
function compact({ paths, components, ...rest }) {
  const lines = (entries) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  const { schemas, ...others } = components;
  return `{"rest":${JSON.stringify({ ...rest, ...others })},\n"paths":{\n${lines(paths)}\n},\n"components":{"schemas":{\n${lines(schemas)}\n}}}\n`;
}

function compare() {
  const changes = breakingChanges(
    JSON.parse(read('openapi.released.json')),
    JSON.parse(read('openapi.json')),
  );
  const accepted = parse(read('openapi.accepted.yaml')) ?? [];
  const withoutReason = accepted.filter(({ reason }) => typeof reason !== 'string' || reason.trim() === '');
  const names = new Set(accepted.map(({ change }) => change));
  const broken = changes.filter((change) => !names.has(change));
  const stale = [...names].filter((change) => !changes.includes(change));
  for (const change of broken) console.log(`BREAKS  ${change}`);
  for (const { change } of withoutReason) console.log(`NO REASON GIVEN  ${change}`);
  for (const change of stale) console.log(`NO SUCH CHANGE  ${change}`);
  if (broken.length > 0)
    console.log(
      '\nWhoever uses the last release would break. Keep what they use; or, where it is meant, add the sentence and the ' +
        'reason to docs/openapi.accepted.yaml.',
    );
  if (broken.length + withoutReason.length + stale.length > 0) return 1;
  console.log(`Nothing breaks${changes.length === 0 ? '' : ` but what was accepted (${changes.length})`}.`);
  return 0;
}

process.exitCode = process.argv.includes('--release') ? release() : compare();
