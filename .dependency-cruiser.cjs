// Who may import whom. A layer may import the layers above it in this list, never those below it and, unless it is
// ground, never its neighbours. docs/ARCHITECTURE.md has the same list as a picture.
const layers = [
  ['config', 'errors', 'json', 'crypto', 'calendar', 'tracing'],
  ['http', 'database', 'queue', 'graph-client'],
  ['operations', 'domain-events', 'identity', 'rate-limits', 'audit', 'assets', 'media'],
  ['webhooks'],
  ['meta-auth', 'conversations'],
  ['sending', 'message-media', 'public-events'],
  ['direct-messaging', 'insights'],
  ['whatsapp', 'facebook', 'instagram'],
  ['analytics', 'sentiment', 'notifications', 'realtime', 'doctor', 'timelines'],
  ['restore'],
];
const groundLayers = 3; // within these, folders of one layer may use each other as long as there is no circle

const forbidden = [
  { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'service-never-imports-sandbox',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^(sandbox|test|scripts|bench)/' },
  },
  {
    name: 'sandbox-never-imports-service',
    severity: 'error',
    from: { path: '^sandbox/' },
    to: { path: '^(src|test|bench)/' },
  },
  {
    name: 'dto-and-entities-are-leaves',
    severity: 'error',
    from: { path: '^src/[^/]+/(dto|entities)/' },
    to: { path: '\\.(controller|processor|handler|service|repository|scheduler|module|guard)\\.ts$' },
  },
];
layers.forEach((folders, index) => {
  const below = layers.slice(index + 1).flat();
  if (below.length > 0) {
    forbidden.push({
      name: `layer-${index + 1}-imports-upwards-only`,
      severity: 'error',
      from: { path: `^src/(${folders.join('|')})/` },
      to: { path: `^src/(${below.join('|')})/` },
    });
  }
  if (index >= groundLayers && folders.length > 1) {
    for (const folder of folders) {
      const neighbours = folders.filter((other) => other !== folder);
      forbidden.push({
        name: `${folder}-never-imports-its-neighbours`,
        severity: 'error',
        from: { path: `^src/${folder}/` },
        to: { path: `^src/(${neighbours.join('|')})/` },
      });
    }
  }
});

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '\\.spec\\.ts$' },
  },
};
