import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockedPackage {
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(__dirname, '../..', file), 'utf8'));

describe('what is delivered', () => {
  const { scripts } = read('package.json') as { scripts: Record<string, string> };
  const allowed = (/--onlyAllow "([^"]+)"/.exec(scripts.licences ?? '')?.[1] ?? '').split(';');
  const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
  // Binaries for other machines stand in the list without what npm read of them; they are under their package's licence.
  const delivered = Object.entries(packages).filter(
    ([name, { dev, optional, license }]) =>
      name !== '' && dev !== true && !(optional === true && license === undefined),
  );

  it('is under licences that npm run licences allows: none asks for the source of what uses it', () => {
    expect(allowed).toContain('MIT');
    expect(allowed.filter((licence) => /GPL|SSPL|BUSL|Elastic/i.test(licence))).toEqual([]);
    expect(delivered.length).toBeGreaterThan(100);
    const alternatives = (licence: string): string[] => licence.replaceAll(/[()]/g, '').split(' OR ');
    const others = delivered.filter(
      ([, { license }]) =>
        license === undefined || !alternatives(license).some((one) => allowed.includes(one)),
    );
    expect(others.map(([name, { license }]) => `${name}: ${license ?? 'none'}`)).toEqual([]);
  });

  it('is pinned to one version each', () => {
    const unpinned = Object.entries(packages).filter(([name, entry]) => name !== '' && !('version' in entry));
    expect(unpinned.map(([name]) => name)).toEqual([]);
  });
});
