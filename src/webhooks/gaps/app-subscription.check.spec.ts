import { problemOf } from './app-subscription.check';

const ADDRESS = 'https://api.example.com/api/meta/webhook/events';
const PRESENT = {
  object: 'page',
  callbackUrl: ADDRESS,
  isActive: true,
  fields: ['feed', 'messages', 'ratings'],
};

describe('what is wrong with a subscription of the app', () => {
  it('is nothing when Meta sends at least what is needed to where it is needed', () => {
    expect(problemOf('page', ['messages', 'feed'], PRESENT, ADDRESS)).toBeNull();
    const samePlace = { ...PRESENT, callbackUrl: ADDRESS.replace('api.example.com', 'API.example.com:443') };
    expect(problemOf('page', ['messages'], samePlace, ADDRESS)).toBeNull();
  });

  it.each([
    ['that there is none', null, /not subscribed/],
    ['the other address', { ...PRESENT, callbackUrl: 'https://old.example.com/hook' }, /old\.example\.com/],
    ['that there is no address', { ...PRESENT, callbackUrl: null }, /nowhere/],
    ['that it is switched off', { ...PRESENT, isActive: false }, /switched .* off/],
    ['the fields that are lacking', { ...PRESENT, fields: ['feed'] }, /: messages, ratings\.$/],
  ])('is %s', (_, present, sentence) => {
    expect(problemOf('page', ['messages', 'feed', 'ratings'], present, ADDRESS)).toMatch(sentence);
  });

  it('is not that Meta knows fewer permissions than we ask for', () => {
    const present = { ...PRESENT, object: 'permissions', fields: ['connected'] };
    expect(problemOf('permissions', ['connected', 'read_insights'], present, ADDRESS)).toBeNull();
  });
});
