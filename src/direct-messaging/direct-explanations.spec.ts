import type { GraphErrorMeta } from '../graph-client/graph.error';
import { graphErrorOf } from '../graph-client/graph-error.mapper';
import { provesNotAccepted } from '../graph-client/graph.error';
import { outcomeOf } from '../sending/sending-outcome';
import { explainDirect, explainedError } from './direct-explanations';

const metaError = (code: number, subcode: number | null, message = 'x', status = 400) => {
  const error: Partial<Record<keyof GraphErrorMeta, unknown>> & Record<string, unknown> = {
    message,
    type: 'OAuthException',
    code,
    ...(subcode === null ? {} : { error_subcode: subcode }),
    fbtrace_id: 'A1',
  };
  const found = graphErrorOf({ httpStatus: status, headers: {}, body: { error } });
  if (found === null) throw new Error('Not an error of Meta');
  return found;
};
const outcome = (error: unknown) =>
  outcomeOf({ error, attempt: 1, limited: 0, ageMs: 0, wasCalled: true, random: () => 0 });

describe('what Meta’s refusals mean for whoever wrote the message', () => {
  it.each<[number, number | null, string, string, 'failed' | 'retry']>([
    [
      10,
      2018278,
      'This message is sent outside of allowed window.',
      'The time for an answer is over',
      'failed',
    ],
    [10, 2534022, 'x', 'The time for an answer is over', 'failed'],
    [
      10,
      2018065,
      'This message is sent outside of allowed window',
      'The time for an answer is over',
      'failed',
    ],
    [10, 2018065, 'x', 'A permission or a role on the Page is missing', 'failed'],
    [551, 1545041, "This person isn't available right now.", 'The person cannot be reached', 'failed'],
    [10, 1545041, 'x', 'The person cannot be reached', 'failed'],
    [200, 1545041, 'x', 'The person cannot be reached', 'failed'],
    [100, 2018001, 'No matching user found', 'There is no such person here', 'failed'],
    [9010, null, 'No matching Instagram user', 'There is no such person here', 'failed'],
    [
      10,
      2018300,
      'another app is controlling this thread now.',
      'Another app has the conversation',
      'failed',
    ],
    [10, 2018300, 'already replied to', 'The comment cannot be answered privately any more', 'failed'],
    [
      10900,
      null,
      'Activity already replied to',
      'The comment cannot be answered privately any more',
      'failed',
    ],
    [10, 1893063, 'x', 'Meta has restricted the Page', 'failed'],
    [200, 2018028, 'x', 'The Meta app may write to nobody without a role on it', 'failed'],
    [368, null, 'x', 'Meta blocks sending for a while', 'failed'],
    [613, null, 'x', 'Meta limits how fast may be sent', 'retry'],
    [4, null, 'x', 'Meta limits how fast may be sent', 'retry'],
    [80006, null, 'x', 'Meta limits how fast may be sent', 'retry'],
    [190, 460, 'x', 'The connection to Meta has ended', 'failed'],
    [
      10,
      null,
      'Application does not have permission',
      'A permission or a role on the Page is missing',
      'failed',
    ],
    [100, 2018008, 'x', 'Meta could not fetch the file', 'failed'],
    [230, null, 'x', 'The person has not agreed to it', 'failed'],
  ])('%d/%s %s: %s', (code, subcode, message, title, state) => {
    const error = metaError(code, subcode, message);
    expect(explainDirect(error, false)).toMatchObject({ title, advice: expect.any(String) });
    expect(outcome(error).state).toBe(state);
    expect(provesNotAccepted(error)).toBe(true);
  });

  it('a permission that is missing under the tag is the feature', () => {
    expect(explainDirect(metaError(10, 2018065, 'no permission'), true)?.title).toMatch(/HUMAN_AGENT/);
    expect(explainDirect(metaError(200, null, 'no'), true)?.title).toMatch(/HUMAN_AGENT/);
    expect(explainDirect(metaError(551, 1545041), true)?.title).toBe('The person cannot be reached');
  });

  it('Meta’s own code and words stay, with the advice and the subcode beside them', () => {
    const told = { code: 551, title: null, message: 'Meta says so', details: null };
    expect(explainedError(told, metaError(551, 1545041), false)).toEqual({
      code: 551,
      title: 'The person cannot be reached',
      message: 'Meta says so',
      details: expect.stringMatching(/until they write again\. Subcode 1545041\.$/),
    });
  });

  it('what is not Meta’s is left as it is', () => {
    const told = { code: 'WINDOW_CLOSED', title: null, message: 'Closed', details: null };
    expect(explainedError(told, new Error('x'), false)).toEqual(told);
  });
});
