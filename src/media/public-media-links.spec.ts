import { AppConfig } from '../config/app-config';
import type { Env } from '../config/env';
import { type AccountId, newId } from '../database/ids';
import { PublicMediaLinks } from './public-media-links';

const key = (fill: number): string => `k${fill}:${Buffer.alloc(32, fill).toString('base64')}`;
const links = (...keys: string[]): PublicMediaLinks =>
  new PublicMediaLinks(
    new AppConfig({ ENCRYPTION_KEYS: keys, PUBLIC_URL: 'https://api.example.com' } as Partial<Env> as Env),
  );
const file = { accountId: newId<AccountId>(), uploadId: newId() };
const NOW = new Date('2026-03-14T09:00:00Z');
const LATER = new Date('2026-03-14T10:00:00Z');
const nameIn = (link: string): string => link.split('/').at(-1) ?? '';

describe('links to uploaded files', () => {
  const made = links(key(1)).linkTo(file, 'image/jpeg', LATER);

  it('open the file that they were made for, until they end', () => {
    expect(made).toMatch(/^https:\/\/api\.example\.com\/api\/meta\/public-media\/[A-Za-z0-9_-]{94}\.jpg$/);
    expect(links(key(1)).open(nameIn(made), NOW)).toEqual(file);
    expect(links(key(1)).open(nameIn(made), LATER)).toBeNull();
  });

  it('go on working when the key is changed, and end with the key', () => {
    expect(links(key(2), key(1)).open(nameIn(made), NOW)).toEqual(file);
    expect(links(key(2)).open(nameIn(made), NOW)).toBeNull();
  });

  it('cannot be changed in any place, nor made of nothing', () => {
    const name = nameIn(made).replace('.jpg', '');
    for (let at = 0; at < Buffer.from(name, 'base64url').length; at += 1) {
      const bytes = Buffer.from(name, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(links(key(1)).open(bytes.toString('base64url'), NOW)).toBeNull();
    }
    for (const wrong of ['', '.jpg', 'x', name.slice(1), `${name}AAAA`])
      expect(links(key(1)).open(wrong, NOW)).toBeNull();
  });

  it('tell the type by their ending where there is a usual one', () => {
    expect(links(key(1)).linkTo(file, 'video/mp4', LATER)).toMatch(/\.mp4$/);
    expect(links(key(1)).linkTo(file, 'application/x-unusual', LATER)).not.toContain('.com/.');
  });
});
