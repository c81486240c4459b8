import { isFromOwnPage } from './own-origin';

const PUBLIC_URL = 'https://api.example.com';

describe('isFromOwnPage', () => {
  it.each([
    [{ origin: 'https://api.example.com', host: '10.0.0.1:3000' }, true],
    [{ origin: 'http://10.0.0.1:3000', host: '10.0.0.1:3000' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: 'https://evil.example', host: 'api.example.com' }, false],
    [{ origin: 'https://api.example.com.evil.example', host: 'api.example.com' }, false],
    [{ origin: 'null', host: 'api.example.com' }, false],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, false],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{}, false],
  ])('of a request with %o is %s', (headers, expected) => {
    expect(isFromOwnPage(headers, PUBLIC_URL)).toBe(expected);
  });
});
