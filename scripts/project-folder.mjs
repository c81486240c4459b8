import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from './problem.mjs';

/** The project's own folder, wherever the command was started from. */
export const projectFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What may be deleted at any time and is made again: locks, unpacked programs. */
export const cacheFolder = path.join(projectFolder, '.cache');

/** What the quickstart keeps between two runs: its data, its secrets, its logs. */
export const localFolder = path.join(projectFolder, '.local');

export function insideProject(...names) {
  return path.join(projectFolder, ...names);
}

/** Makes a folder of ours, or says in a sentence why it cannot be used. */
export function ensureFolder(folder, mode = 0o755) {
  try {
    fs.mkdirSync(folder, { recursive: true, mode });
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return folder;
  } catch (error) {
    throw new Problem(
      `Cannot write to ${folder} (${error.code}). It probably belongs to another user: run the command as that ` +
        'user, or give yourself the project folder with chown.',
    );
  }
}
