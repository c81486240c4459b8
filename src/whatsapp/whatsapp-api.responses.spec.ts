import { plainToInstance } from 'class-transformer';
import { GraphTokenData, grantFrom } from './whatsapp-api.responses';

const grant = (data: Record<string, unknown>) => grantFrom(plainToInstance(GraphTokenData, data));

describe('what a token was granted for', () => {
  const scope = 'whatsapp_business_management';

  it('is the list of ids beside the permission, also when they are numbers', () => {
    expect(grant({ granular_scopes: [{ scope: 'email' }, { scope, target_ids: ['1', 2] }] })).toEqual({
      wabaIds: ['1', '2'],
      systemUserId: null,
      lacksManagement: false,
    });
  });

  it.each([
    ['the permission has no list, which means all', { granular_scopes: [{ scope }] }],
    ['the list is empty', { granular_scopes: [{ scope, target_ids: [] }] }],
    ['the permission is missing', { granular_scopes: [{ scope: 'email', target_ids: ['1'] }] }],
    ['Meta tells nothing', {}],
    ['Meta tells something else', { granular_scopes: 'none' }],
  ])('is open when %s', (_name, data) => {
    expect(grant(data)).toEqual({ wabaIds: null, systemUserId: null, lacksManagement: false });
  });

  it.each<[boolean, object]>([
    [true, { scopes: ['email', 'whatsapp_business_messaging'] }],
    [true, { scopes: ['email'], granular_scopes: [{ scope: 'email' }] }],
    [false, { scopes: ['email', scope] }],
    [false, { scopes: ['email'], granular_scopes: [{ scope }] }],
    [false, { scopes: [] }],
    [false, { scopes: scope }],
    [false, {}],
  ])('says %j when asked whether the permission is missing from %j', (lacksManagement, data) => {
    expect(grant({ ...data })).toMatchObject({ lacksManagement });
  });

  it("names the system user whose token it is, and no person's", () => {
    expect(grant({ type: 'SYSTEM_USER', user_id: 77 })).toMatchObject({ wabaIds: null, systemUserId: '77' });
    expect(grant({ type: 'USER', user_id: '77' }).systemUserId).toBeNull();
  });
});
