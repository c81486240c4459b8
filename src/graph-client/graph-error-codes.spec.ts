import { explainGraphCode, findGraphErrorRule, GRAPH_ERROR_RULES } from './graph-error-codes';

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

  it('marks the errors that mean a closed messaging window', () => {
    for (const [code, subcode] of [
      [131047, null],
      [10, 2018278],
      [10, 2534022],
    ] as const) {
      expect(findGraphErrorRule(code, subcode)?.isWindowClosed).toBe(true);
    }
    expect(findGraphErrorRule(10)?.isWindowClosed).toBeUndefined();
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
