import { readFileSync } from 'node:fs';
import { PUBLIC_EVENT_TYPES, PUBLIC_EVENT_TYPE_NAMES, PUBLISHED_KINDS, publicTypeOf } from './public-event';

describe('What is told outside', () => {
  it('has one name for what happens to posts of both platforms', () => {
    expect(publicTypeOf('facebook.post.published')).toBe('post.published');
    expect(publicTypeOf('instagram.media.published')).toBe('post.published');
    expect(publicTypeOf('message.media_stored')).toBe('message.updated');
  });

  it('leaves out what is of the inside', () => {
    expect(publicTypeOf('insights.updated')).toBeNull();
    expect(publicTypeOf('webhook.delivery_dead')).toBeNull();
    expect(PUBLISHED_KINDS).not.toContain('webhook.delivery_dead');
    expect(PUBLISHED_KINDS).toEqual(expect.arrayContaining(['message.created', 'facebook.post.published']));
  });

  it('is described, each of it, for those who receive it', () => {
    const page = readFileSync('docs/realtime.md', 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    for (const type of PUBLIC_EVENT_TYPE_NAMES) {
      const row = rows.find((line) => line.startsWith(`| \`${type}\` `));
      expect([type, row?.includes(PUBLIC_EVENT_TYPES[type])]).toEqual([type, true]);
    }
  });
});
