import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from './problem.mjs';
import { ensureFolder, insideProject, localFolder } from './project-folder.mjs';

const file = path.join(localFolder, 'quickstart.json');
const secret = (bytes) => crypto.randomBytes(bytes).toString('base64url');

function fresh() {
  return {
    passwords: { postgres: secret(18), redis: secret(18) },
    encryptionKeys: `k1:${crypto.randomBytes(32).toString('base64')}`,
    jwtSecret: secret(48),
    sandboxApp: { id: `1${crypto.randomInt(1e13, 1e14)}`, secret: crypto.randomBytes(16).toString('hex') },
    verifyToken: secret(18),
    login: { email: 'demo@example.com', password: secret(12), name: 'Demo Admin' },
  };
}

/**
 * What was made up at the first quickstart and must stay the same for its data to be readable: secrets, the demo login.
 * Only the owner may read the file.
 */
export function keptSettings() {
  ensureFolder(localFolder);
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw new Problem(
        `${file} cannot be read (${error.code ?? 'it is not JSON'}). It holds the passwords and keys of the data beside ` +
          'it: repair it, or remove the whole .local folder to begin anew.',
      );
    }
  }
  const settings = fresh();
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  fs.renameSync(draft, file);
  return settings;
}

/** Reads .env, if there is one. What the shell has set wins. */
export function loadEnvFile() {
  const envFile = insideProject('.env');
  if (fs.existsSync(envFile)) process.loadEnvFile(envFile);
  // Compose files and shells produce empty values; they mean "not set".
  for (const [name, value] of Object.entries(process.env)) if (value === '') delete process.env[name];
}
