import * as fc from 'fast-check';
import { type ConversationId, newId } from '../../src/database/ids';
import { type Endpoint, ENDPOINTS, aMessageIn, useEndpointWorld } from '../endpoint-world';
import { eventually } from '../eventually';
import { answering } from '../webhook-receiver';

jest.setTimeout(240_000);

const sequencesOf = (received: readonly { event: { conversation: { sequence: number } | null } }[]) =>
  received.map(({ event }) => event.conversation?.sequence);

describe('what happens in one conversation', () => {
  const world = useEndpointWorld();
  const delivered = async (endpoint: Endpoint, count: number) =>
    eventually(
      async () => {
        await world.makeDue(endpoint);
        return world.deliveries(endpoint, '?state=delivered&limit=100');
      },
      (all) => all.length === count,
      { timeoutMs: 120_000, intervalMs: 200 },
    );

  it('goes out in order: later ones wait for one that fails', async () => {
    const endpoint = await world.add('/order', { eventTypes: ['message.created'] });
    let failures = 2;
    world.receiver.answer('/order', ({ event }, response) => {
      response.statusCode = event.conversation?.sequence === 2 && failures-- > 0 ? 500 : 200;
      response.end();
    });
    const conversation = newId<ConversationId>();
    await world.happen(...[1, 2, 3, 4].map((sequence) => aMessageIn(conversation, sequence)));
    await eventually(
      () => world.deliveries(endpoint),
      (all) => all.some(({ lastStatus }) => lastStatus === 500),
    );
    // Other conversations do not wait for it.
    await world.happen(aMessageIn(newId<ConversationId>(), 77));
    await eventually(
      () => world.receiver.at('/order'),
      (all) => sequencesOf(all).includes(77),
    );
    expect(sequencesOf(world.receiver.at('/order'))).not.toContain(3);
    await delivered(endpoint, 5);
    expect(sequencesOf(world.receiver.at('/order')).filter((sequence) => sequence !== 77)).toEqual([
      1, 2, 2, 2, 3, 4,
    ]);
  });

  it('goes by the sequence, whichever is told first', async () => {
    const endpoint = await world.add('/sorted', { eventTypes: ['message.created'] });
    const patch = (state: string) => world.client.patch(`${ENDPOINTS}/${endpoint.id}`, { state });
    await patch('paused');
    const conversation = newId<ConversationId>();
    await world.happen(...[3, 1, 4, 2].map((sequence) => aMessageIn(conversation, sequence)));
    await patch('active');
    await delivered(endpoint, 4);
    expect(sequencesOf(world.receiver.at('/sorted'))).toEqual([1, 2, 3, 4]);
  });

  it('keeps its order through an outage of the whole endpoint', async () => {
    const endpoint = await world.add('/outage', { eventTypes: ['message.created'] });
    world.receiver.answer('/outage', answering(503));
    const conversations = [1, 2, 3].map(() => newId<ConversationId>());
    for (const sequence of [1, 2, 3, 4])
      await world.happen(...conversations.map((conversation) => aMessageIn(conversation, sequence)));
    await eventually(
      async () => {
        await world.makeDue(endpoint);
        return world.get(endpoint);
      },
      ({ health }) => health.nextProbeAt !== null,
      { timeoutMs: 60_000, intervalMs: 200 },
    );
    world.receiver.answers.clear();
    world.receiver.received.length = 0;
    await delivered(endpoint, 12);
    for (const conversation of conversations)
      expect(
        sequencesOf(
          world.receiver.at('/outage').filter(({ event }) => event.conversation?.id === conversation),
        ),
      ).toEqual([1, 2, 3, 4]);
  });

  it('arrives at least once and in order whatever fails in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.boolean()),
        fc.array(fc.nat(3), { minLength: 8, maxLength: 24 }),
        async (fates, order) => {
          const path = `/random-${newId()}`;
          const endpoint = await world.add(path, { eventTypes: ['message.created'] });
          const successes: { conversation: string; sequence: number }[] = [];
          let fails = 0;
          world.receiver.answer(path, ({ event }, response) => {
            // Never as often in a row as takes the endpoint for broken.
            const isFailing = fates.next().value === true && (fails += 1) % 4 !== 0;
            response.statusCode = isFailing ? 500 : 200;
            response.end();
            if (!isFailing && event.conversation !== null)
              successes.push({ conversation: event.conversation.id, sequence: event.conversation.sequence });
          });
          const conversations = [0, 1, 2, 3].map(() => newId<ConversationId>());
          const last = [0, 0, 0, 0];
          await world.happen(
            ...order.map((which) => aMessageIn(conversations[which]!, (last[which] = last[which]! + 1))),
          );
          await delivered(endpoint, order.length);
          for (const [which, conversation] of conversations.entries())
            expect(
              successes.filter((each) => each.conversation === conversation).map(({ sequence }) => sequence),
            ).toEqual(Array.from({ length: last[which]! }, (_, index) => index + 1));
          await world.client.delete(`${ENDPOINTS}/${endpoint.id}`);
        },
      ),
      { numRuns: 4 },
    );
  });
});

describe('when a delivery has held up its conversation for long enough', () => {
  const world = useEndpointWorld({ ENDPOINT_ORDER_SECONDS: '1' });

  it('the later ones overtake it, without waiting once more', async () => {
    const endpoint = await world.add('/overtaken', { eventTypes: ['message.created'] });
    world.receiver.answer('/overtaken', ({ event }, response) => {
      response.statusCode = [1, 3].includes(event.conversation?.sequence ?? 0) ? 500 : 200;
      response.end();
    });
    const conversation = newId<ConversationId>();
    await world.happen(...[1, 2, 3, 4].map((sequence) => aMessageIn(conversation, sequence)));
    await eventually(
      () => world.deliveries(endpoint, '?state=delivered'),
      (all) => all.length === 2,
      { timeoutMs: 30_000 },
    );
    const pending = await world.deliveries(endpoint, '?state=pending');
    expect(pending.map(({ lastStatus }) => lastStatus)).toEqual([500, 500]);
  });
});
