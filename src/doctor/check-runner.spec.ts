import { Logger } from '@nestjs/common';
import { NotFoundError } from '../errors/app.error';
import { GraphUnavailableError } from '../graph-client/graph.error';
import { type Check, runChecks } from './check-runner';
import { about, minutes, worstFirst, worstOf } from './finding';
import { textOf } from './doctor-text';
import { endOfVersion } from './service-checks/graph-versions';
import { partitionsFinding } from './service-checks/database.check';

const finding = about('a', 'x');
const well = finding({ severity: 'ok', title: 'Fine', explanation: 'All is well.' });
const bad = finding({
  severity: 'error',
  title: 'Broken',
  explanation: 'It is broken '.repeat(20),
  fix: 'Mend it.',
  evidence: { count: 3 },
});
const maybe = finding({ severity: 'unknown', title: 'Unseen', explanation: 'Nobody knows.' });
const check = (look: Check['look']): Check => ({ name: 'a', subject: 'x', look });

describe('running checks', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('takes what cannot be seen for unknown, and lets the others be told', async () => {
    const found = await runChecks([
      check(() => Promise.reject(new GraphUnavailableError('Meta did not answer.', 'unknown'))),
      check(() => Promise.reject(new NotFoundError('There is none.'))),
      check(() => Promise.reject(new Error('password=hunter2'))),
      check(() => Promise.resolve([well])),
    ]);
    expect(found.map(({ severity }) => severity)).toEqual(['unknown', 'unknown', 'unknown', 'ok']);
    expect(found.map(({ explanation }) => explanation)).toEqual([
      'Meta could not be asked: Meta did not answer.',
      'There is none.',
      'The check failed for a reason on our side; the log has it.',
      'All is well.',
    ]);
  });

  it('waits so long and no longer', async () => {
    const found = await runChecks(
      [check(() => new Promise(() => undefined)), check(() => Promise.resolve([well]))],
      20,
    );
    expect(found.map(({ severity }) => severity)).toEqual(['unknown', 'ok']);
  });
});

describe('findings', () => {
  it('are told worst first, and come to the worst of them', () => {
    expect(worstFirst([well, maybe, bad])).toEqual([bad, maybe, well]);
    expect(worstOf([well, maybe, bad])).toBe('error');
    expect(worstOf([well, maybe])).toBe('unknown');
    expect(worstOf([])).toBe('ok');
  });

  it('say times as people do', () => {
    expect([400, 45_000, 600_000, 7_200_000, 259_200_000].map(minutes)).toEqual([
      '1 s',
      '1 min',
      '10 min',
      '2 h',
      '3 days',
    ]);
  });

  it('are a line where all is well, and reason and remedy where it is not', () => {
    const report = {
      accountId: null,
      startedAt: new Date(),
      tookMs: 1_234,
      verdict: 'error' as const,
      findings: [bad, well],
    };
    const text = textOf(report, false);
    expect(text).toMatch(/^ERROR {5}x: Broken\n {10}It is broken/);
    expect(text).toContain('          To do: Mend it.\n');
    expect(text).toContain('ok        x: Fine\n');
    expect(text).not.toContain('All is well.');
    expect(text).toContain('2 findings in 1.2 s: 1 errors, 0 warnings, 0 unknown, 0 info, 1 ok.');
    expect(text).not.toContain('Seen:');
    expect(textOf(report, true)).toContain('Seen: {"count":3}');
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(101);
  });
});

describe('what ends', () => {
  it('versions of the Graph API, in their order', () => {
    expect(endOfVersion('v17.0')).toEqual(new Date('2026-09-24T00:00:00Z'));
    expect(endOfVersion('v24.0')).toEqual(new Date('2028-02-18T00:00:00Z'));
    expect(endOfVersion('v26.0')).toBeNull();
  });

  it.each([
    [0, 'error'],
    [1, 'error'],
    [3, 'warning'],
    [7, 'ok'],
  ])('partitions for %d months are: %s', (months, severity) => {
    expect(partitionsFinding(months).severity).toBe(severity);
  });
});
