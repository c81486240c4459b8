import { ERROR_CATALOGUE } from '../../http/error-catalogue';
import { GRAPH_ERROR_RULES } from '../../graph-client/graph-error-codes';
import { explainError } from './error-explanation';
import { SERVICE_ERROR_RULES } from './service-error-codes';

describe('the explanation of an error code', () => {
  it('says who has to act, and what they do', () => {
    expect(explainError('131042')).toMatchObject({
      source: 'meta',
      title: 'Payment problem',
      whoMustAct: 'business',
      action: expect.stringContaining('billing') as unknown,
      retry: { helps: 'after_action', afterSeconds: null },
    });
    expect(explainError('131026')).toMatchObject({
      whoMustAct: 'customer',
      retry: { helps: 'after_action' },
    });
    expect(explainError('132000')).toMatchObject({
      whoMustAct: 'developer',
      retry: { helps: 'after_action' },
    });
  });

  it('says whether and when sending it again helps', () => {
    expect(explainError('131056').retry).toMatchObject({ helps: 'later', afterSeconds: 6 });
    expect(explainError('131048').retry.advice).toContain('4 hours');
    expect(explainError('131000').retry).toMatchObject({ helps: 'later', afterSeconds: null });
    expect(explainError('130497').retry.helps).toBe('never');
    for (const code of ['131049', '130472'])
      expect(explainError(code)).toMatchObject({
        whoMustAct: 'nobody',
        retry: { helps: 'later', afterSeconds: 86_400 },
      });
  });

  it('names the way out of a closed window', () => {
    for (const code of ['131047', 'WINDOW_CLOSED'])
      expect(explainError(code)).toMatchObject({
        action: 'Send an approved template, or wait until the person writes.',
        retry: { helps: 'after_action' },
      });
  });

  it('tells codes apart by their subcode', () => {
    expect(explainError('10').cause).not.toBe(explainError('10', 2018278).cause);
  });

  it('says honestly of a code that it does not know it', () => {
    for (const code of ['424242', 'NO_SUCH_CODE', 'constructor', '999999999999', ''])
      expect(explainError(code)).toMatchObject({
        code,
        source: null,
        whoMustAct: null,
        retry: { helps: 'unknown' },
      });
  });

  it('has whole sentences for every code of Meta’s and ours', () => {
    const codes = GRAPH_ERROR_RULES.flatMap((rule) =>
      rule.codes.map((code) => String(typeof code === 'number' ? code : code[0])),
    );
    for (const code of [...codes, ...Object.keys(SERVICE_ERROR_RULES)]) {
      const { cause, action, retry, source } = explainError(code);
      for (const sentence of [cause, action, retry.advice])
        if (sentence !== null)
          expect([code, sentence]).toEqual([code, expect.stringMatching(/^\S.{10,}[^.]\.$/)]);
      expect([code, source]).not.toEqual([code, null]);
      // Somebody who must act is told what to do.
      if (retry.helps === 'after_action') expect([code, action]).not.toEqual([code, null]);
    }
  });

  it('knows the codes of this service that a message can fail with', () => {
    const ofMessages = [
      'WINDOW_CLOSED',
      'TEMPLATE_INVALID',
      'RECIPIENT_OPTED_OUT',
      'META_REJECTED',
      'META_UNAVAILABLE',
    ];
    for (const code of ofMessages)
      expect([code, code in ERROR_CATALOGUE, explainError(code).source]).toEqual([code, true, 'service']);
  });
});
