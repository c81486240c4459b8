import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-processes.mjs';
import { withLock } from './lock-file.mjs';
import { step } from './progress.mjs';
import { cacheFolder, insideProject, projectFolder } from './project-folder.mjs';

const sources = ['src', 'sandbox', 'ormconfig.ts', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
const entryPoints = { 'src/main.ts': 'dist/src/main.js', 'sandbox/main.ts': 'dist/sandbox/main.js' };
const stampFile = insideProject('dist', '.built-from');
const unfinishedFile = path.join(cacheFolder, 'build.unfinished'); // there while we build, and after a build that failed

function filesIn(name) {
  const full = insideProject(name);
  if (!fs.existsSync(full)) return [];
  if (!fs.statSync(full).isDirectory()) return [full];
  return fs
    .readdirSync(full, { withFileTypes: true })
    .flatMap((entry) => filesIn(path.join(name, entry.name)))
    .filter((file) => !file.endsWith('spec.ts'))
    .sort();
}

function inputs() {
  return [...sources, 'package-lock.json'].flatMap(filesIn);
}

function digestOfInputs() {
  const hash = crypto.createHash('sha256');
  for (const file of inputs())
    hash
      .update(`${path.relative(projectFolder, file)}\0`)
      .update(fs.readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

/** By content where we have built it ourselves, by age where somebody ran `npm run build`. */
export function buildIsFresh() {
  if (fs.existsSync(unfinishedFile)) return false;
  const outputs = Object.keys(entryPoints)
    .filter((source) => fs.existsSync(insideProject(source)))
    .map((source) => entryPoints[source]);
  if (!outputs.every((file) => fs.existsSync(insideProject(file)))) return false;
  if (fs.existsSync(stampFile)) return fs.readFileSync(stampFile, 'utf8') === digestOfInputs();
  const oldestOutput = Math.min(...outputs.map((file) => fs.statSync(insideProject(file)).mtimeMs));
  return inputs().every((file) => fs.statSync(file).mtimeMs < oldestOutput);
}

/** Compiles src and sandbox into dist, unless that has been done since they last changed. */
export async function buildIfNeeded() {
  if (buildIsFresh()) return;
  await step('Building', async (detail) => {
    const work = async () => {
      if (buildIsFresh()) return;
      detail('');
      const digest = digestOfInputs();
      fs.writeFileSync(unfinishedFile, '');
      await run(
        process.execPath,
        [insideProject('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build'],
        {
          what: 'nest build',
        },
      );
      fs.mkdirSync(path.dirname(stampFile), { recursive: true });
      fs.writeFileSync(stampFile, digest);
      fs.rmSync(unfinishedFile, { force: true });
    };
    await withLock(path.join(cacheFolder, 'build.lock'), work, (pid) =>
      detail(`waiting for process ${pid}, which is building`),
    );
  });
}
