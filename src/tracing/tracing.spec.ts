import type { OpenSpan, SpanOptions, SpanSource } from './span';
import { type TraceParent, formatTraceParent } from './trace-parent';
import { Tracing } from './tracing';
import {
  currentLogFields,
  currentRequestId,
  currentTraceParent,
  detached,
  inChildSpan,
  inScope,
  noteOrdered,
  scopeOf,
  withLogFields,
} from './work-scope';

interface Recorded {
  name: string;
  parent: string | null;
  links: string[];
  failure: string | null | undefined;
}

/** Keeps what it is asked to record. */
class Recorder implements SpanSource {
  readonly spans: Recorded[] = [];

  start(
    name: string,
    { parent, links = [] }: SpanOptions & { parent: TraceParent | null; links?: readonly TraceParent[] },
  ): OpenSpan {
    const spanId = (this.spans.length + 1).toString(16).padStart(16, '0');
    const place = { traceId: parent?.traceId ?? spanId.repeat(2), spanId, isSampled: true };
    const span: Recorded = {
      name,
      parent: parent?.spanId ?? null,
      links: links.map(({ traceId }) => traceId),
      failure: undefined,
    };
    this.spans.push(span);
    return {
      place,
      child: (childName, options) => this.start(childName, { ...options, parent: place }),
      rename: () => undefined,
      set: () => undefined,
      end: (failure = null) => (span.failure = failure),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const cause = (digit: string, isSampled = true) =>
  formatTraceParent({ traceId: digit.repeat(32), spanId: digit.repeat(16), isSampled });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work in the background', () => {
  it('goes on with the trace of its only cause, over turns of the event loop', async () => {
    const recorder = new Recorder();
    const seen = await new Tracing(recorder).run({ name: 'send', causes: [cause('a'), null] }, async () => {
      await turn();
      await inChildSpan('POST /{id}/messages', { kind: 'client' }, turn);
      return { trace: currentTraceParent(), fields: currentLogFields() };
    });
    expect(recorder.spans).toMatchObject([
      { name: 'send', parent: 'a'.repeat(16), links: [], failure: null },
      { name: 'POST /{id}/messages', parent: '0000000000000001', failure: null },
    ]);
    expect(seen.trace).toBe(`00-${'a'.repeat(32)}-0000000000000001-01`);
    expect(seen.fields).toEqual({ traceId: 'a'.repeat(32), spanId: '0000000000000001' });
  });

  it('with several causes begins a trace with links to each of them once', async () => {
    const recorder = new Recorder();
    await new Tracing(recorder).run({ name: 'batch', causes: [cause('a'), cause('b'), cause('a')] }, turn);
    expect(recorder.spans).toMatchObject([{ parent: null, links: ['a'.repeat(32), 'b'.repeat(32)] }]);
  });

  it.each([[[null]], [[]], [[cause('a', false)]], [['garbage']]])(
    'of which no cause is recorded (%j) is not recorded either',
    async (causes) => {
      const recorder = new Recorder();
      await new Tracing(recorder).run({ name: 'batch', causes, fields: { jobId: '7' } }, async () => {
        await inChildSpan('step', {}, turn);
        expect(currentLogFields()).toEqual({ jobId: '7' });
      });
      expect(recorder.spans).toEqual([]);
    },
  );

  it('is told as failed when it fails, with a word and not with what the error says', async () => {
    const recorder = new Recorder();
    const error = Object.assign(new Error('Ada Lovelace'), { code: 'META_REJECTED' });
    const work = new Tracing(recorder).run({ name: 'send', causes: [cause('a')] }, () =>
      Promise.reject(error),
    );
    await expect(work).rejects.toBe(error);
    expect(recorder.spans).toMatchObject([{ failure: 'META_REJECTED' }]);
  });

  it('without a collector has its ids in the log, and nothing else', async () => {
    const tracing = new Tracing(null);
    expect(tracing.isOn).toBe(false);
    expect(tracing.startRequest('GET /', cause('a'), {})).toBeNull();
    await tracing.run(
      { name: 'x', causes: [cause('a')], fields: { messageId: 'm' }, requestId: 'r' },
      async () => {
        await turn();
        expect(currentLogFields()).toEqual({ messageId: 'm', requestId: 'r' });
        expect(currentTraceParent()).toBeNull();
      },
    );
  });
});

describe('a scope', () => {
  it('of one piece of work is not seen by another one beside it', async () => {
    const seen = await Promise.all(
      ['a', 'b'].map((requestId) =>
        inScope(scopeOf({ requestId }), async () => {
          await turn();
          return withLogFields({ step: requestId }, () => ({
            ...currentLogFields(),
            id: currentRequestId(),
          }));
        }),
      ),
    );
    expect(seen).toEqual([
      { requestId: 'a', step: 'a', id: 'a' },
      { requestId: 'b', step: 'b', id: 'b' },
    ]);
    expect(currentRequestId()).toBeNull();
  });

  it('is left behind by what goes on for everybody', () => {
    const seen = inScope(scopeOf({ requestId: 'a' }), () => detached(currentRequestId));
    expect(seen).toBeNull();
  });

  it('of a request does not repeat its id, which the log of requests writes, and keeps the first messages it ordered', () => {
    const scope = scopeOf({ requestId: 'a', isRequest: true });
    inScope(scope, () => {
      expect(currentLogFields()).toEqual({});
      for (let batch = 0; batch < 10; batch += 1)
        noteOrdered(Array.from({ length: 7 }, (_, n) => `${batch}-${n}`));
    });
    expect(scope.orderedIds).toHaveLength(20);
  });
});
