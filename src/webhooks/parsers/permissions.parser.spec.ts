import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (entry: object) => parseDelivery({ object: 'permissions', entry: [entry] }, receivedAt);

describe('deliveries of the object permissions', () => {
  it('tell who took back which permission for what', () => {
    const entry = { id: '555', uid: '555', time: 1780000000 };
    const changes = [{ field: 'pages_messaging', value: { verb: 'revoked', target_ids: ['11', 22] } }];
    expect(parse({ ...entry, changes })).toEqual({
      object: 'permissions',
      events: [
        {
          kind: 'permissions.changed',
          occurredAt: new Date(1780000000_000),
          asset: null,
          parent: null,
          payload: {
            metaUserId: '555',
            permission: 'pages_messaging',
            verb: 'revoked',
            targetIds: ['11', '22'],
          },
        },
      ],
      unrecognized: [],
    });
  });

  it.each([
    ['on the change', { field: 'connected', verb: 'granted' }],
    ['as the value', { field: 'connected', value: 'granted' }],
  ])('may have the verb %s', (_, change) => {
    expect(parse({ id: 555, changes: [change] })).toMatchObject({
      events: [
        {
          occurredAt: receivedAt,
          payload: { metaUserId: '555', permission: 'connected', verb: 'granted', targetIds: [] },
        },
      ],
      unrecognized: [],
    });
  });

  it('name the permission only where the subscription sends no values', () => {
    expect(parse({ uid: '555', changed_fields: ['email', 'pages_messaging'] })).toMatchObject({
      events: [
        { payload: { permission: 'email', verb: 'changed' } },
        { payload: { permission: 'pages_messaging', verb: 'changed' } },
      ],
      unrecognized: [],
    });
  });

  it.each([
    [{ uid: '1', changes: [{ field: 'email', value: {} }] }, 'changes[0]: verb is missing'],
    [{ uid: '1', changes: [{ value: { verb: 'granted' } }] }, 'changes[0]: field is missing'],
    [{ changes: [{ field: 'email', value: { verb: 'granted' } }] }, 'changes[0]: id is missing'],
    [{ uid: '1', changed_fields: [null] }, 'changed_fields[0]: field is missing'],
    [{ uid: '1' }, 'the entry has no changes'],
  ])('are kept when they lack something: %j', (entry, reason) => {
    expect(parse(entry)).toMatchObject({ events: [], unrecognized: [{ object: 'permissions', reason }] });
  });
});
