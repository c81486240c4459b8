import { isObject, type JsonObject } from '../json';
import { changesOf, itemsOf, TestClient, valuesOf } from '../test-client';
import type { CallbackServer } from '../webhooks/callback-server';
import { SEED } from '../world-seed';

const GROUPS = `/${SEED.phoneNumberId}/groups`;
const FIELDS =
  'messages,group_lifecycle_update,group_participants_update,group_settings_update,group_status_update';
const ANA = '+16505551234';
const BOB = '+16505550000';

describe('groups', () => {
  let client: TestClient;
  let callback: CallbackServer;
  beforeEach(async () => {
    client = await TestClient.start();
    callback = await client.subscribe(FIELDS);
  });
  afterEach(() => client.close());

  const product = { messaging_product: 'whatsapp' };
  const entries = (): JsonObject[] =>
    valuesOf(callback).flatMap(({ groups }) => (Array.isArray(groups) ? groups.filter(isObject) : []));
  const create = async (more: JsonObject = {}): Promise<string> => {
    const answer = await client.post(GROUPS, { ...product, subject: ' Car buyers ', ...more });
    expect(answer.json).toEqual({ ...product, request_id: expect.any(String) });
    await client.control.waitUntilIdle();
    const made = entries().find(({ request_id }) => request_id === answer.json.request_id);
    return made?.group_id as string;
  };
  const remove = (path: string, body: JsonObject) =>
    client.request('DELETE', path, {
      body: JSON.stringify({ ...product, ...body }),
      headers: { 'content-type': 'application/json' },
    });

  it('are made with an invite link, which the webhook tells', async () => {
    expect((await client.post(GROUPS, { ...product, subject: 'x'.repeat(129) })).error).toMatchObject({
      code: 100,
    });
    const id = await create({ description: 'Models of this year' });
    expect(changesOf(callback)).toMatchObject([
      {
        field: 'group_lifecycle_update',
        value: {
          metadata: { phone_number_id: SEED.phoneNumberId },
          groups: [
            {
              type: 'group_create',
              group_id: id,
              subject: 'Car buyers',
              invite_link: expect.stringMatching(/^https:\/\/chat\.whatsapp\.com\//),
              join_approval_mode: 'auto_approve',
            },
          ],
        },
      },
    ]);
    expect((await client.get(`/${id}`)).json).toEqual({ ...product, id });
    expect(
      (await client.get(`/${id}?fields=subject,description,suspended,total_participant_count`)).json,
    ).toEqual({
      ...product,
      id,
      subject: 'Car buyers',
      description: 'Models of this year',
      suspended: false,
      total_participant_count: 0,
    });
    expect((await client.get(GROUPS)).json.data).toMatchObject({ groups: [{ id, subject: 'Car buyers' }] });
    const before = (await client.get(`/${id}/invite_link`)).json.invite_link;
    const after = (await client.post(`/${id}/invite_link`, product)).json.invite_link;
    expect(after).not.toBe(before);
    expect((await client.get(`/${id}/invite_link`)).json.invite_link).toBe(after);
  });

  it('let people in through the link, out on their own, and for good when they are removed', async () => {
    const id = await create();
    client.control.playGroupJoin({ groupId: id, from: ANA });
    client.control.playGroupJoin({ groupId: id, from: BOB });
    client.control.playGroupLeave({ groupId: id, from: BOB });
    expect((await client.get(`/${id}?fields=participants`)).json.participants).toMatchObject([
      { wa_id: '16505551234' },
    ]);
    const twice = await remove(`/${id}/participants`, { participants: [{ user: ANA }, { user: ANA }] });
    expect(twice.error).toMatchObject({ code: 131202 });
    await remove(`/${id}/participants`, { participants: [{ user: ANA }, { user: BOB }] });
    await client.control.waitUntilIdle();
    expect(entries().slice(1)).toMatchObject([
      {
        type: 'group_participants_add',
        reason: 'invite_link',
        added_participants: [{ wa_id: '16505551234' }],
      },
      { type: 'group_participants_add' },
      { type: 'group_participants_remove', initiated_by: 'participant' },
      {
        type: 'group_participants_remove',
        initiated_by: 'business',
        removed_participants: [{ input: ANA }],
        failed_participants: [{ input: BOB, errors: [{ code: 131212 }] }],
        errors: [{ code: 131201 }],
      },
    ]);
    expect(() => client.control.playGroupJoin({ groupId: id, from: ANA })).toThrow('removed');
  });

  it('ask for approval where they were made so', async () => {
    const id = await create({ join_approval_mode: 'approval_required' });
    const ana = client.control.playGroupJoin({ groupId: id, from: ANA });
    const bob = client.control.playGroupJoin({ groupId: id, from: BOB });
    const waiting = await client.get(`/${id}/join_requests`);
    expect(waiting.json.data).toMatchObject([
      { join_request_id: ana.joinRequestId, wa_id: '16505551234', creation_timestamp: expect.any(Number) },
      {},
    ]);
    const approved = await client.post(`/${id}/join_requests`, {
      ...product,
      join_requests: [ana.joinRequestId, 'unknown'],
    });
    expect(approved.json).toMatchObject({
      approved_join_requests: [ana.joinRequestId],
      failed_join_requests: [{ join_request_id: 'unknown', errors: [{ code: 131213 }] }],
    });
    const rejected = await remove(`/${id}/join_requests`, { join_requests: [bob.joinRequestId] });
    expect(rejected.json).toMatchObject({ rejected_join_requests: [bob.joinRequestId] });
    expect((await client.get(`/${id}?fields=total_participant_count`)).json).toMatchObject({
      total_participant_count: 1,
    });
    const third = client.control.playGroupJoin({ groupId: id, from: BOB });
    client.control.playGroupJoinRevoked({ groupId: id, joinRequestId: third.joinRequestId ?? '' });
    expect((await client.get(`/${id}/join_requests`)).json.data).toEqual([]);
  });

  it('change subject and description, are suspended, and are deleted', async () => {
    const id = await create();
    expect((await client.post(`/${id}`, { ...product, subject: '' })).error).toMatchObject({ code: 100 });
    await client.post(`/${id}`, { ...product, subject: 'Watches', description: 'New' });
    client.control.setGroupSuspended({ groupId: id, isSuspended: true });
    expect((await client.post(`/${id}`, { ...product, subject: 'Clocks' })).error).toMatchObject({
      code: 131207,
    });
    client.control.setGroupSuspended({ groupId: id, isSuspended: false });
    await client.control.waitUntilIdle();
    await client.delete(`/${id}`);
    await client.control.waitUntilIdle();
    expect(entries().slice(1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'group_settings_update',
          group_subject: { text: 'Watches', update_successful: true },
        }),
        expect.objectContaining({ type: 'group_suspend' }),
        expect.objectContaining({ type: 'group_suspend_cleared' }),
        expect.objectContaining({ type: 'group_delete', group_id: id }),
      ]),
    );
    expect((await client.get(`/${id}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('carry messages both ways, with one status for each participant', async () => {
    const id = await create();
    const say = (body: string) =>
      client.send({ recipient_type: 'group', to: id, type: 'text', text: { body } });
    expect((await say('Anybody?')).error).toMatchObject({ code: 131020 });
    for (const from of [ANA, BOB]) client.control.playGroupJoin({ groupId: id, from });
    client.control.playGroupMessage({ groupId: id, from: ANA, content: { body: 'Hi all' } });
    const sent = await say('Hello');
    expect(sent.json).toMatchObject({ contacts: [{ input: id }], messages: [{ group_id: id }] });
    await client.control.waitUntilIdle();
    expect(itemsOf(callback, 'messages')).toMatchObject([{ group_id: id, from: '16505551234' }]);
    const statuses = itemsOf(callback, 'statuses');
    expect(statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'delivered', 'read', 'read']);
    expect(statuses[1]).toMatchObject({
      recipient_id: id,
      recipient_type: 'group',
      recipient_participant_id: '16505551234',
    });
    expect(
      (await client.send({ recipient_type: 'group', to: 'nobody', type: 'text', text: { body: 'x' } })).error,
    ).toMatchObject({ code: 131041 });
    expect(client.control.sentMessages({ to: id })).toHaveLength(1);
  });

  it('have a window of their own', async () => {
    const id = await create();
    client.control.playGroupJoin({ groupId: id, from: ANA });
    client.control.playMessage({ from: ANA });
    client.control.configure({ sending: { closedWindow: 'answer' } });
    const message = { recipient_type: 'group', to: id, type: 'text', text: { body: 'Hi' } };
    expect((await client.send(message)).error).toMatchObject({ code: 131047 });
    client.control.playGroupMessage({ groupId: id, from: ANA });
    expect((await client.send(message)).status).toBe(200);
  });
});
