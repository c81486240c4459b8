import { formatTraceParent, parseTraceParent } from './trace-parent';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    ['01', true],
    ['00', false],
    ['03', true],
  ])('with flags %s is read', (flags, isSampled) => {
    expect(parseTraceParent(`00-${TRACE}-${SPAN}-${flags}`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      isSampled,
    });
  });

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceParent(`01-${TRACE}-${SPAN}-01-further`)).toMatchObject({ traceId: TRACE });
  });

  it.each([
    undefined,
    7,
    ['a', 'b'],
    '',
    'garbage',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\r\nx-injected: 1`,
    `01-${TRACE}-${SPAN}-01-${'x'.repeat(100_000)}`,
  ])('that is none (%.40p) is not believed', (text) => {
    expect(parseTraceParent(text)).toBeNull();
  });

  it('is written as it was read', () => {
    const text = `00-${TRACE}-${SPAN}-01`;
    const place = parseTraceParent(text);
    expect(place === null ? null : formatTraceParent(place)).toBe(text);
  });
});
