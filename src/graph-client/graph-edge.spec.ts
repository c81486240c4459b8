import * as fc from 'fast-check';
import { edgeOf } from './graph-edge';

describe('edgeOf', () => {
  it.each([
    ['/102290129340398/messages', '/{id}/messages'],
    ['/me', '/me'],
    ['/me/accounts', '/me/accounts'],
    ['/oauth/access_token', '/oauth/access_token'],
    ['/refresh_access_token', '/refresh_access_token'],
    ['/1784140/message_templates/compare', '/{id}/message_templates/compare'],
    ['/16505551234/message_qrdls/4O4YGZEG3RIVE1', '/{id}/message_qrdls/{id}'],
    ['/t_10224083/messages', '/{id}/messages'],
    ['/m_AbCdEf-123', '/{id}'],
    ['/upload%3AMTphdHRhY2htZW50', '/{id}'],
    ['/somebody', '/{id}'],
    ['/', '/{id}'],
  ])('makes of %s the edge %s', (path, edge) => {
    expect(edgeOf(path)).toBe(edge);
  });

  it('is the same for whatever id', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_.:=-]{1,60}$/), (id) => {
        fc.pre(!['me', 'oauth', 'debug_token', 'access_token', 'refresh_access_token'].includes(id));
        expect(edgeOf(`/${encodeURIComponent(id)}/messages`)).toBe('/{id}/messages');
      }),
    );
  });
});
