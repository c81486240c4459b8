import { mediaReferencesOf, withMetaIds } from './media-references';

const A = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';
const B = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a11';

const MESSAGE = {
  type: 'template',
  image: { id: A.toUpperCase(), caption: 'x' },
  audio: { id: B, voice: true },
  video: { id: '4490709327384033' },
  document: { link: 'https://example.com/a.pdf' },
  interactive: {
    header: { type: 'document', document: { id: A, filename: 'a.pdf' } },
    action: {
      cards: [{ header: { type: 'video', video: { id: B } } }, 'odd', { header: null }],
      parameters: { flow_action_payload: { data: { image: { id: A } } } },
    },
  },
  template: {
    components: [
      { type: 'header', parameters: [{ type: 'gif', gif: { id: A } }] },
      { type: 'carousel', cards: [{ components: [{ parameters: [{ image: { id: B } }] }] }] },
    ],
  },
  contacts: [{ image: { id: A } }],
};

it('finds every file of ours, where Meta has files, with its place and kind', () => {
  expect(mediaReferencesOf(MESSAGE)).toEqual([
    { path: 'image', kind: 'image', id: A, isVoice: false },
    { path: 'audio', kind: 'audio', id: B, isVoice: true },
    { path: 'interactive.header.document', kind: 'document', id: A, isVoice: false },
    { path: 'interactive.action.cards[0].header.video', kind: 'video', id: B, isVoice: false },
    { path: 'template.components[0].parameters[0].gif', kind: 'video', id: A, isVoice: false },
    {
      path: 'template.components[1].cards[0].components[0].parameters[0].image',
      kind: 'image',
      id: B,
      isVoice: false,
    },
  ]);
});

it('puts Meta’s ids in their place, and changes nothing else, nor what it was given', () => {
  const before = structuredClone(MESSAGE);
  const mapped = withMetaIds(
    MESSAGE,
    new Map([
      [A, '1'],
      [B, '2'],
    ]),
  );
  expect(MESSAGE).toEqual(before);
  const expected = structuredClone(MESSAGE) as Record<string, unknown> & typeof MESSAGE;
  expected.image.id = '1';
  expected.audio.id = '2';
  expected.interactive.header.document.id = '1';
  (expected.interactive.action.cards[0] as { header: { video: { id: string } } }).header.video.id = '2';
  expected.template.components[0]!.parameters![0]!.gif.id = '1';
  expected.template.components[1]!.cards![0]!.components[0]!.parameters[0]!.image.id = '2';
  expect(mapped).toEqual(expected);
});

it.each([
  [{}],
  [{ image: null, interactive: [], template: { components: 'x' } }],
  [{ template: { components: [null, { parameters: { a: 1 } }] } }],
])('is not confused by %j', (message: Record<string, unknown>) => {
  expect(mediaReferencesOf(message)).toEqual([]);
  expect(withMetaIds(message, new Map())).toEqual(message);
});
