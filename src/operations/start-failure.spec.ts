import { parseEnv } from '../config/env';
import { explainStartFailure } from './start-failure';

describe('explainStartFailure', () => {
  const explain = (env: Record<string, string>): string => {
    try {
      parseEnv(env);
    } catch (error) {
      return explainStartFailure(error);
    }
    throw new Error('It was valid.');
  };

  it('names every missing setting and what to write', () => {
    const text = explain({});
    for (const name of [
      'DATABASE_URL',
      'REDIS_URL',
      'META_APP_ID',
      'META_APP_SECRET',
      'ENCRYPTION_KEYS',
      'JWT_SECRET',
    ])
      expect(text).toMatch(new RegExp(`^ {2}${name}: missing; .+`, 'm'));
    expect(text).toContain('.env.example');
    expect(text).not.toContain('    at ');
  });

  it('names malformed ones without repeating what was written', () => {
    const text = explain({
      PORT: 'eighty',
      JWT_SECRET: 'canary',
      ENCRYPTION_KEYS: 'canary',
      APP_ROLES: 'canary',
    });
    for (const name of ['PORT', 'JWT_SECRET', 'ENCRYPTION_KEYS', 'APP_ROLES'])
      expect(text).toMatch(new RegExp(`^ {2}${name}: malformed; .+`, 'm'));
    expect(text).not.toContain('canary');
  });

  it.each([
    [{ code: 'EADDRINUSE', syscall: 'listen', port: 3000 }, 'Port 3000 is taken by another program.'],
    [{ code: 'EACCES', syscall: 'listen', port: 80 }, 'Port 80 needs more rights'],
    [{ code: 'EADDRNOTAVAIL', syscall: 'listen', port: 80 }, 'HOST is not an address of this machine.'],
    [{ code: 'ECONNREFUSED', syscall: 'connect' }, 'PostgreSQL does not answer'],
    [{ code: '28P01' }, 'refuses the user or the password'],
    [{ code: '3D000' }, 'does not exist'],
  ])('says %j in a sentence', (properties, sentence) => {
    const text = explainStartFailure(Object.assign(new Error('low-level words'), properties));
    expect(text).toContain(sentence);
    expect(text).not.toContain('low-level words');
  });

  it('shows the stack of what it does not know, masked', () => {
    const text = explainStartFailure(new Error('broken at postgres://u:canary@h/d'));
    expect(text).toContain('broken at');
    expect(text).not.toContain('canary');
    expect(explainStartFailure('text')).toContain('text');
  });
});
