import { isGrantedFor } from './facebook-login.service';

const management = 'whatsapp_business_management';

describe('the grant of a WhatsApp Business Account', () => {
  it.each([
    ['one of the targets', [{ scope: management, targetIds: ['1', '2'] }], [management], true],
    ['not one of the targets', [{ scope: management, targetIds: ['2'] }], [management], false],
    ['no target list, which means all', [{ scope: management, targetIds: null }], [management], true],
    ['an empty target list', [{ scope: management, targetIds: [] }], [management], false],
    [
      'another permission only',
      [{ scope: 'whatsapp_business_messaging', targetIds: ['1'] }],
      [management],
      false,
    ],
    ['no granular scopes, but the scope', [], [management], true],
    ['nothing at all', [], [], false],
  ])('%s', (_case, granular, scopes, isGranted) => {
    expect(isGrantedFor('1', granular, scopes)).toBe(isGranted);
  });
});
