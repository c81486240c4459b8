import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually';
import { BATCHES, type BatchView, handInStream, resultsOf } from '../factories/sentiment-batches.factory';
import { Problems } from './problems';
import { type Stage, onStage } from './stage';

jest.setTimeout(900_000);

const ROWS = 60_000;
const KILLS = 4;

function* table(): Generator<Buffer> {
  yield Buffer.from('id,text\n');
  for (let row = 0; row < ROWS; row += 1_000) {
    let piece = '';
    for (let index = row; index < row + 1_000; index += 1)
      // Every 50th has no text: a line with an error.
      piece += `${index},${index % 50 === 0 ? '' : `"Review ${index}: the parcel came late, but I love it"`}\n`;
    yield Buffer.from(piece);
  }
}

const stateOf = async ({ client }: Stage, id: string): Promise<BatchView | null> => {
  const answer = await client.get<BatchView>(`${BATCHES}/${id}`).catch(() => null);
  return answer?.status === 200 ? answer.body.data : null;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentiment-batch-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('a file of texts is worked off with every line once, however often the worker is killed over it', async () => {
  await onStage('kill -9 in the middle of a file of texts', async (stage) => {
    const files = { MEDIA_DIR: folder };
    await stage.start('the API', { APP_ROLES: 'api,scheduler', ...files });
    await stage.connect();
    const worker = await stage.start('the worker', { APP_ROLES: 'worker', ...files });
    const started = await handInStream(stage.client, 'reviews.csv', table());
    expect(started.status).toBe(202);
    const { id } = started.body.data;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = (await stateOf(stage, id))?.bytesDone ?? 0;
      // Somewhere in the middle of what it does.
      await eventually(
        () => stateOf(stage, id),
        (batch) => batch !== null && (batch.bytesDone > before || batch.state === 'completed'),
        { timeoutMs: 120_000 },
      );
      await new Promise((resolve) => setTimeout(resolve, stage.random.between(0, 150)));
      await worker.kill();
      await worker.start();
    }
    const done = await eventually(
      () => stateOf(stage, id),
      (batch) => batch?.state === 'completed',
      { timeoutMs: 300_000, intervalMs: 200 },
    );
    const problems = new Problems();
    const results = await resultsOf(stage.client, id);
    const seen = new Map<string, number>();
    for (const { columns } of results) seen.set(columns.id ?? '', (seen.get(columns.id ?? '') ?? 0) + 1);
    for (let row = 0; row < ROWS; row += 1) {
      const times = seen.get(String(row)) ?? 0;
      if (times > 1) problems.add('DOUBLED: lines that stand in the result several times', String(row));
      if (times === 0 && row % 50 !== 0) problems.add('FORGOTTEN: lines without a result', String(row));
    }
    expect(problems.list()).toEqual([]);
    const good = ROWS - ROWS / 50;
    expect(done).toMatchObject({ rowsDone: good, errorsTotal: ROWS / 50 });
    expect(results).toHaveLength(good);
    stage.say(`${ROWS} lines, ${good} results, each once; ${KILLS} kills`);
  });
});
