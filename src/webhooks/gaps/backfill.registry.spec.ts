import { BackfillRegistry } from './backfill.registry';

describe('the register of what can be had again', () => {
  it('keeps every backfiller of a kind: a Page has messages and comments', () => {
    const registry = new BackfillRegistry();
    const messages = { kind: 'page' as const, backfill: jest.fn() };
    const comments = { kind: 'page' as const, backfill: jest.fn() };
    expect(registry.canRepair('page')).toBe(false);
    registry.register(messages);
    registry.register(comments);
    expect(registry.of('page')).toEqual([messages, comments]);
    expect(registry.canRepair('page')).toBe(true);
    expect(registry.of('instagram')).toEqual([]);
  });

  it('tells apart what can only be explained', () => {
    const registry = new BackfillRegistry();
    const past = { kind: 'phone_number' as const, explain: jest.fn() };
    registry.registerUnreadable(past);
    expect(registry.unreadableOf('phone_number')).toBe(past);
    expect(registry.canRepair('phone_number')).toBe(false);
  });
});
