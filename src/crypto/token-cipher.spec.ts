import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { AppConfig } from '../config/app-config';
import { Env } from '../config/env';
import { TokenCipher, TokenUndecryptableError } from './token-cipher';

const KEY_1 = `k1:${randomBytes(32).toString('base64')}`;
const KEY_2 = `2026.11-b_:${randomBytes(32).toString('base64')}`;
const CONTEXT = 'meta_accounts:0190:access_token';
const TOKEN = 'EAAtokenOfSomebody';

function cipherWith(...keys: string[]): TokenCipher {
  return new TokenCipher(new AppConfig(Object.assign(new Env(), { ENCRYPTION_KEYS: keys })));
}

describe('TokenCipher', () => {
  const cipher = cipherWith(KEY_1, KEY_2);

  it('gives back what was encrypted, whatever text it was and wherever it is stored', () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 400 })
      .filter((each) => each.isWellFormed());
    fc.assert(
      fc.property(text, fc.string({ minLength: 1 }), (plaintext, context) => {
        expect(cipher.decrypt(cipher.encrypt(plaintext, context), context)).toBe(plaintext);
      }),
    );
  });

  it('never writes the same text twice, nor the secret itself', () => {
    const first = cipher.encrypt(TOKEN, CONTEXT);
    expect(cipher.encrypt(TOKEN, CONTEXT)).not.toBe(first);
    expect(first).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]+$/);
    expect(first).not.toContain(TOKEN);
  });

  it('does not decrypt a ciphertext that was copied to another row or column', () => {
    const stored = cipher.encrypt(TOKEN, CONTEXT);
    for (const other of ['meta_accounts:0191:access_token', 'meta_accounts:0190:page_token', 'x']) {
      expect(() => cipher.decrypt(stored, other)).toThrow(TokenUndecryptableError);
    }
  });

  it('notices every changed character', () => {
    const stored = cipher.encrypt(TOKEN, CONTEXT);
    for (let index = 0; index < stored.length; index += 1) {
      for (const character of ['A', 'B', '-', '.']) {
        if (stored[index] === character) continue;
        const tampered = stored.slice(0, index) + character + stored.slice(index + 1);
        expect(() => cipher.decrypt(tampered, CONTEXT)).toThrow(TokenUndecryptableError);
      }
    }
  });

  it.each([
    '',
    'v1',
    'v1.k1',
    'v1.k1.AAAAAAAAAAAAAAAA',
    'v1.k1.AAAAAAAAAAAAAAAA.AAAA',
    'v2.k1.AAAAAAAAAAAAAAAA.AAAA',
    TOKEN,
  ])('refuses %j, which it never wrote', (stored) => {
    expect(() => cipher.decrypt(stored, CONTEXT)).toThrow(TokenUndecryptableError);
  });

  it('refuses anything cut short or made longer', () => {
    const stored = cipher.encrypt(TOKEN, CONTEXT);
    expect(() => cipher.decrypt(stored.slice(0, -1), CONTEXT)).toThrow(TokenUndecryptableError);
    expect(() => cipher.decrypt(`${stored}A`, CONTEXT)).toThrow(TokenUndecryptableError);
  });

  it('refuses to encrypt nothing, which would wipe out a stored credential', () => {
    expect(() => cipher.encrypt('', CONTEXT)).toThrow('empty');
  });

  it('refuses to work without a context', () => {
    expect(() => cipher.encrypt(TOKEN, '')).toThrow('context');
    expect(() => cipher.decrypt(cipher.encrypt(TOKEN, CONTEXT), '')).toThrow();
  });

  describe('while keys are rotated', () => {
    const before = cipherWith(KEY_1);
    const after = cipherWith(KEY_2, KEY_1);
    const stored = before.encrypt(TOKEN, CONTEXT);

    it('still reads what the old key wrote, and says that it is due', () => {
      expect(after.decrypt(stored, CONTEXT)).toBe(TOKEN);
      expect(after.needsReencryption(stored)).toBe(true);
      expect(before.needsReencryption(stored)).toBe(false);
    });

    it('writes it anew under the first key', () => {
      const renewed = after.reencrypt(stored, CONTEXT);
      expect(after.needsReencryption(renewed)).toBe(false);
      expect(cipherWith(KEY_2).decrypt(renewed, CONTEXT)).toBe(TOKEN);
    });

    it('does not read what was written under a key that is gone', () => {
      expect(() => cipherWith(KEY_2).decrypt(stored, CONTEXT)).toThrow('"k1"');
    });

    it('does not take another key for it that has got the same id', () => {
      const impostor = cipherWith(`k1:${randomBytes(32).toString('base64')}`);
      expect(() => impostor.decrypt(stored, CONTEXT)).toThrow(TokenUndecryptableError);
    });
  });

  it('shows neither keys nor secrets in errors or when printed', () => {
    const keyMaterial = KEY_1.slice(3);
    const shown = [inspect(cipher, { depth: 9, showHidden: true }), JSON.stringify(cipher)];
    try {
      cipher.decrypt(cipher.encrypt(TOKEN, CONTEXT), 'elsewhere');
    } catch (error) {
      expect(error).toMatchObject({ code: 'SERVER_ERROR', status: 500 });
      shown.push(inspect(error), JSON.stringify(error));
    }
    expect(shown).toHaveLength(4);
    for (const text of shown) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(keyMaterial);
      expect(text).not.toContain(Buffer.from(keyMaterial, 'base64').toString('hex').match(/../g)!.join(' '));
    }
  });
});
