import { GraphRejectedError } from './graph.error';
import { explainGraphCode, GRAPH_ERROR_RULES, isWindowClosed } from './graph-error-codes';

describe('the table of Meta’s error codes', () => {
  it('has one rule for each code and subcode', () => {
    const keys = GRAPH_ERROR_RULES.flatMap(({ codes, subcodes = ['any'] }) =>
      codes.flatMap((code) => subcodes.map((subcode) => `${JSON.stringify(code)}/${subcode}`)),
    );
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('says of every limit whom to pause and for how long, and of every configuration error what to change', () => {
    for (const rule of GRAPH_ERROR_RULES) {
      expect(rule.cause).toMatch(/^\S.{15,}\.$/);
      if (rule.class === 'limited') expect([rule.scope, rule.waitMs]).not.toContain(undefined);
      if (rule.class === 'configuration') expect(rule.action).toMatch(/^\S.{15,}\.$/);
    }
  });

  it('knows the errors that mean a closed messaging window', () => {
    const refusal = (code: number, subcode: number | null): GraphRejectedError =>
      new GraphRejectedError('no', {
        meta: { code, subcode, type: null, title: null, message: 'no', fbtraceId: null },
      });
    expect(isWindowClosed(refusal(131047, null))).toBe(true);
    expect(isWindowClosed(refusal(10, 2018278))).toBe(true);
    expect(isWindowClosed(refusal(10, 2534022))).toBe(true);
    expect(isWindowClosed(refusal(10, null))).toBe(false);
    expect(isWindowClosed(new GraphRejectedError('no'))).toBe(false);
    expect(isWindowClosed(new Error('no'))).toBe(false);
  });

  it('explains a code to people', () => {
    expect(explainGraphCode(131056)).toMatchObject({
      class: 'limited',
      retryHelps: true,
      whoMustAct: 'nobody',
    });
    expect(explainGraphCode(131042)).toMatchObject({ retryHelps: false, whoMustAct: 'business' });
    expect(explainGraphCode(424242)).toBeNull();
  });
});
