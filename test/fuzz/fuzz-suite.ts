import { writeFileSync } from 'node:fs';
import { type FuzzDocument, type FuzzedRoute, fuzzedRoutes, servedDocument } from './fuzz-document';
import { type FuzzWorld, startFuzzWorld } from './fuzz-world';
import { FUZZ_ONLY, RouteFuzzer } from './route-fuzzer';

/** Every route is of one group: each is a file, so that they run beside each other. */
export const FUZZ_GROUPS = {
  whatsapp: /^\/api\/meta\/whatsapp\/(?!templates|messages)/,
  'whatsapp-messages': /^\/api\/meta\/whatsapp\/(?:templates|messages)/,
  'facebook-instagram': /^\/api\/meta\/(?:facebook|instagram)\//,
  inbox: /^\/api\/meta\/(?:conversations|contacts|media|notifications|sentiment|realtime|public-media)/,
} as const;
export type FuzzGroup = keyof typeof FUZZ_GROUPS | 'rest';

export function groupOf(path: string): FuzzGroup {
  for (const [name, pattern] of Object.entries(FUZZ_GROUPS)) if (pattern.test(path)) return name as FuzzGroup;
  return 'rest';
}

/** Takes away what others need: comes last, the account last of all. */
function rank({ method, path }: FuzzedRoute): number {
  if (path === '/api/meta/auth/accounts/{id}' && method === 'DELETE') return 3;
  if (/deauthorize|data-deletion|logout/.test(path)) return 2;
  return method === 'GET' ? 0 : method === 'DELETE' ? 2 : 1;
}

export function describeFuzzing(group: FuzzGroup): void {
  describe(`routes of the group ${group}, whatever is sent to them`, () => {
    let document: FuzzDocument;
    let world: FuzzWorld | undefined;
    let fuzzer: RouteFuzzer | undefined;

    beforeAll(async () => {
      document = await servedDocument();
      world = await startFuzzWorld(document);
      fuzzer = new RouteFuzzer(world, document);
    });
    afterAll(async () => {
      fuzzer?.close();
      await world?.close();
    });

    const theFuzzer = (): RouteFuzzer => {
      if (fuzzer === undefined) throw new Error('Nothing was started.');
      return fuzzer;
    };

    it('answer in the envelope, tell nothing and leave nothing half done', async () => {
      const routes = fuzzedRoutes(document)
        .filter(({ path, name }) => groupOf(path) === group && FUZZ_ONLY.test(name))
        .sort((a, b) => rank(a) - rank(b));
      expect(routes.length).toBeGreaterThan(0);
      const memoryBefore = process.memoryUsage().heapUsed;
      const { report } = theFuzzer();
      try {
        for (const route of routes) await theFuzzer().fuzz(route);
      } finally {
        const path = process.env.FUZZ_REPORT;
        if (path !== undefined)
          writeFileSync(
            `${path}-${group}.json`,
            JSON.stringify(
              {
                ...report,
                routes: routes.length,
                soundStatuses: [...report.soundStatuses],
                differences: [...report.differences],
              },
              null,
              1,
            ),
          );
      }
      expect(report.failures.slice(0, 20).join('\n\n')).toBe('');
      expect([...report.differences].slice(0, 20).map((pair) => pair.join('\n  '))).toEqual([]);
      // Nothing of it may have got into what all objects inherit.
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(process.memoryUsage().heapUsed - memoryBefore).toBeLessThan(1_500_000_000);
    });
  });
}
