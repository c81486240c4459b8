import { ValidationFailedError } from '../errors/app.error';
import { requireFitPassword } from './password-policy';

const OWNER = { email: 'ada.lovelace@engines.example.com', name: 'Ada Lovelace' };
const ruleOf = (password: string): unknown => {
  try {
    requireFitPassword(password, OWNER, 'newPassword');
    return null;
  } catch (error) {
    return (error as { details?: { fields?: { rule: string }[] } }).details?.fields?.[0]?.rule;
  }
};

describe('a new password', () => {
  it.each([
    'correct horse battery',
    'another good password',
    'canary-of-a-password',
    'vX9#kQ2!mZ7@pL4',
    '839105726401938',
    'القهوة قبل الاجتماع دائما',
    '雨が降ったら傘をさして歩きますよ',
    'Wir essen sonntags gern Pfannkuchen',
    '918273645546372810 apples',
  ])('may be %s', (password) => {
    expect(ruleOf(password)).toBeNull();
  });

  it.each([
    ['fourteen chars', 'minLength'],
    // Fourteen characters, however they are written.
    ['cafe\u0301 cafe\u0301 cre\u0301m', 'minLength'],
    ['aaaaaaaaaaaaaaaaaaaa', 'passwordStrength'],
    ['abcabcabcabcabcabc', 'passwordStrength'],
    ['1234567890123456', 'passwordStrength'],
    ['abcdefghijklmnopqrst', 'passwordStrength'],
    ['qwertyuiopasdfghjkl', 'passwordStrength'],
    ['passwordpassword', 'passwordStrength'],
    ['Password1234567!', 'passwordStrength'],
    ['P@ssw0rd!P@ssw0rd!', 'passwordStrength'],
    ['adalovelace-1815!!', 'passwordStrength'],
    ['Lovelace-Engines-1', 'passwordStrength'],
    ['metabusinessbackend', 'passwordStrength'],
    ['WhatsApp2026!!!!!', 'passwordStrength'],
    ['iloveyou-princess-99', 'passwordStrength'],
    ['welcome to whatsapp', 'passwordStrength'],
    ['ｐａｓｓｗｏｒｄ１２３４５６７８', 'passwordStrength'],
  ])('may not be %s', (password, rule) => {
    expect(ruleOf(password)).toBe(rule);
  });

  it('names the field that it came in, and never the password', () => {
    const refuse = (): void => {
      requireFitPassword('passwordpassword', OWNER, 'newPassword');
    };
    expect(refuse).toThrow(ValidationFailedError);
    expect(refuse).toThrow(/^newPassword /);
    expect(refuse).not.toThrow(/passwordpassword/);
  });
});
