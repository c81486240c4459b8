import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiBody, ApiClient, TestUser } from '../api-client';
import {
  type Notification,
  NOTIFICATIONS,
  aQualityUpdate,
  aTemplateUpdate,
  useNotificationWorld,
} from '../notification-world';

describe('reading notifications', () => {
  const world = useNotificationWorld();
  let member: TestUser;
  let colleague: ApiClient;
  let stranger: ApiClient;
  beforeEach(async () => {
    member = await world.admin.createUser('viewer');
    colleague = world.app.api.as(member);
    stranger = world.app.api.as(await world.admin.createUser('agent'));
    expect((await join()).status).toBe(200);
  });

  const join = () =>
    world.client.put(`/api/meta/auth/accounts/${world.accountId}/members/${member.id}`, { role: 'member' });
  const read = (client: ApiClient, { id }: Notification, body: unknown = {}) =>
    client.post(`${NOTIFICATIONS}/${id}/read`, body);
  const readAll = (client: ApiClient, body: unknown = {}) => client.post(`${NOTIFICATIONS}/read-all`, body);
  const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => [status, body.error.code];
  const kinds = (found: Notification[]) => found.map(({ kind }) => kind);
  /** Three, the last of which is the newest: paused, rejected, disabled. */
  const three = async (): Promise<void> => {
    await world.happen(
      aTemplateUpdate('a', 'DISABLED'),
      aTemplateUpdate('b', 'REJECTED'),
      aTemplateUpdate('c', 'PAUSED'),
    );
  };

  it('is each user’s own: what one has read the other has not', async () => {
    await three();
    const [newest] = await world.list();
    const answer = await read(world.client, newest!);
    expect(answer).toMatchObject({ status: 200, body: { data: { id: newest!.id, read: true } } });
    expect(await world.unread()).toBe(2);
    expect(await world.unread(colleague)).toBe(3);
    expect(kinds(await world.list('?unread=true'))).toEqual(['template.rejected', 'template.disabled']);
    expect(kinds(await world.list('?unread=false'))).toEqual(['template.paused']);
    expect(kinds(await world.list('?unread=true', colleague))).toHaveLength(3);
    await readAll(colleague);
    expect(await world.unread(colleague)).toBe(0);
    expect(await world.unread()).toBe(2);
  });

  it('is for those who see the account: to others nothing of it exists', async () => {
    await three();
    const [one] = await world.list();
    expect(await world.list('', stranger)).toEqual([]);
    expect(await world.unread(stranger)).toBe(0);
    expect(problem(await stranger.get(`${NOTIFICATIONS}/${one!.id}`))).toEqual([404, 'NOT_FOUND']);
    expect(problem(await read(stranger, one!))).toEqual([404, 'NOT_FOUND']);
    const accountId = world.accountId;
    expect(problem(await stranger.get(`${NOTIFICATIONS}?accountId=${accountId}`))).toEqual([
      404,
      'ACCOUNT_NOT_FOUND',
    ]);
    expect(problem(await stranger.get(`${NOTIFICATIONS}/unread-count?accountId=${accountId}`))).toEqual([
      404,
      'ACCOUNT_NOT_FOUND',
    ]);
    expect(problem(await readAll(stranger, { accountId }))).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    await readAll(stranger);
    expect(await world.unread(colleague)).toBe(3);
    expect(
      await world.app.db.query('SELECT 1 FROM notification_marks WHERE account_id = $1', [accountId]),
    ).toEqual([]);
    // An admin of the service is no member of the account.
    expect((await world.list('', world.admin)).filter((each) => each.accountId !== null)).toEqual([]);
    expect(problem(await world.admin.get(`${NOTIFICATIONS}/${one!.id}`))).toEqual([404, 'NOT_FOUND']);
  });

  it('ends with the membership, and begins with what is still wrong then', async () => {
    await world.client.delete(`/api/meta/auth/accounts/${world.accountId}/members/${member.id}`);
    await world.happen(
      aTemplateUpdate('open', 'DISABLED'),
      aTemplateUpdate('over', 'REJECTED'),
      aTemplateUpdate('over', 'DELETED', 'REJECTED'),
    );
    expect(await world.list('', colleague)).toEqual([]);
    await join();
    expect(kinds(await world.list('', colleague))).toEqual(['template.rejected', 'template.disabled']);
    expect(kinds(await world.list('?unread=true', colleague))).toEqual(['template.disabled']);
    expect(await world.unread(colleague)).toBe(1);
  });

  it('all at once goes up to what was seen: what has become news since stays unread', async () => {
    await three();
    const seen = await world.list();
    await world.happen(aQualityUpdate('GREEN', 'YELLOW'));
    const answer = await readAll(world.client, { upTo: seen[0]!.place });
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { total: 1, bySeverity: { info: 0, warning: 1, critical: 0 } } },
    });
    expect(kinds(await world.list('?unread=true'))).toEqual(['whatsapp.number_quality_dropped']);
    // One that was seen as it was before it got worse.
    const [yellow] = await world.list();
    await world.happen(aQualityUpdate('YELLOW', 'RED'));
    await read(world.client, yellow!, { place: yellow!.place });
    expect(await world.unread()).toBe(1);
    await read(world.client, yellow!);
    expect(await world.unread()).toBe(0);
    await readAll(world.client, { upTo: seen[2]!.place });
    expect(await world.unread()).toBe(0);
  });

  it('goes by pages both ways, the latest news first', async () => {
    await three();
    const first = await world.page('?limit=2');
    expect(kinds(first.notifications)).toEqual(['template.paused', 'template.rejected']);
    const second = await world.page(`?limit=2&before=${first.pagination.before ?? ''}`);
    expect(kinds(second.notifications)).toEqual(['template.disabled']);
    expect(second.pagination.before).toBeNull();
    await world.happen(aQualityUpdate('GREEN', 'YELLOW'), aQualityUpdate('YELLOW', 'RED'));
    expect(kinds(await world.list(`?after=${first.pagination.after ?? ''}`))).toEqual([
      'whatsapp.number_quality_dropped',
    ]);
    expect(kinds(await world.list(`?limit=1&after=${second.pagination.after ?? ''}`))).toEqual([
      'template.rejected',
    ]);
    expect(kinds(await world.list('?severity=critical'))).toEqual([
      'whatsapp.number_quality_dropped',
      'template.disabled',
    ]);
    expect(kinds(await world.list('?kind=template.paused,template.rejected'))).toHaveLength(2);
    expect(kinds(await world.list(`?accountId=${world.accountId}`))).toHaveLength(4);
  });

  it.each([
    ['severity=bad', 'severity'],
    ['kind=template.exploded', 'kind'],
    ['unread=maybe', 'unread'],
    ['before=nonsense', 'before'],
    ['accountId=12', 'accountId'],
    ['wish=1', 'wish'],
  ])('refuses ?%s and says which field is wrong', async (query, path) => {
    const { status, body } = await world.client.get(`${NOTIFICATIONS}?${query}`);
    expect({ status, fields: body.error.details.fields }).toMatchObject({ status: 400, fields: [{ path }] });
  });

  it('refuses places and ids that are none', async () => {
    expect(problem(await world.client.post(`${NOTIFICATIONS}/${randomUUID()}/read`, {}))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    expect(problem(await world.client.post(`${NOTIFICATIONS}/12/read`, {}))).toEqual([
      400,
      'VALIDATION_FAILED',
    ]);
    expect(problem(await readAll(world.client, { upTo: 'x' }))).toEqual([400, 'VALIDATION_FAILED']);
    expect(problem(await world.app.api.get(NOTIFICATIONS))).toEqual([401, 'UNAUTHORIZED']);
    expect((await world.client.post(`${NOTIFICATIONS}/read-all`)).status).toBe(200);
  });

  describe('preferences', () => {
    const PREFERENCES = `${NOTIFICATIONS}/preferences`;
    const mute = (mutedKinds: string[], mutedSeverities: string[]) =>
      world.client.put(PREFERENCES, { inApp: { mutedKinds, mutedSeverities } });

    it('mute kinds and severities for one user, who can still look at them', async () => {
      await three();
      const before = await world.client.get(PREFERENCES);
      expect(before.body.data).toMatchObject({ inApp: { mutedKinds: [], mutedSeverities: [] } });
      const set = await mute(['template.paused'], ['critical']);
      expect(set).toMatchObject({
        status: 200,
        body: { data: { inApp: { mutedKinds: ['template.paused'], mutedSeverities: ['critical'] } } },
      });
      expect((await world.client.get(PREFERENCES)).body).toEqual(set.body);
      expect(kinds(await world.list())).toEqual(['template.rejected']);
      expect(await world.unread()).toBe(1);
      expect(kinds(await world.list('?muted=true'))).toHaveLength(3);
      expect(await world.unread(colleague)).toBe(3);
      await mute([], []);
      expect(await world.unread()).toBe(3);
    });

    it('list every kind with what it means, for a page of settings', async () => {
      const { data } = (await world.client.get<{ kinds: unknown[] }>(PREFERENCES)).body;
      expect(data.kinds).toContainEqual({
        kind: 'template.rejected',
        description: 'A template was rejected',
      });
      expect(data.kinds.length).toBeGreaterThan(30);
    });

    it('refuse what is no kind or no severity', async () => {
      expect(problem(await mute(['nothing'], []))).toEqual([400, 'VALIDATION_FAILED']);
      expect(problem(await mute([], ['loud']))).toEqual([400, 'VALIDATION_FAILED']);
      expect(problem(await world.client.put(PREFERENCES, {}))).toEqual([400, 'VALIDATION_FAILED']);
    });
  });
});
