import { encodeCursor } from './cursor';

/** Of a row of ours: a UUIDv7, which begins with the time of its making, here that of SAMPLE_INSTANT. */
export const SAMPLE_ID = '019cebab-8748-7c08-a1f2-5be0c64d9e21';
export const SAMPLE_INSTANT = '2026-03-14T09:26:53.000Z';

const WAMID = 'wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA';

/**
 * What a field of this name holds in the examples of the API documentation, where its DTO shows no example of its own and
 * its schema allows it. Null: what an ordinary answer does not have. The field is null where it may be, and left out where
 * it is optional.
 */
export const SAMPLES_BY_NAME: Readonly<Record<string, unknown>> = {
  id: SAMPLE_ID,
  accountId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
  userId: '0199f3a1-02d7-7e44-b0c5-6a94d1e87f35',
  agentId: '0199f3a1-02d7-7e44-b0c5-6a94d1e87f35',
  contactId: '019cebab-8740-7d13-8f6a-20c7e95b41d8',
  conversationId: '019cebab-8742-7a6e-9c31-e84d07f5b2a6',

  wabaId: '102290129340398',
  phoneNumberId: '106540352242922',
  wamid: WAMID,
  externalId: WAMID,
  language: 'en_US',

  name: 'Ada Lovelace',
  email: 'ada@example.com',

  expiresAt: '2026-05-13T09:26:53.000Z',
  dataAccessExpiresAt: '2026-06-12T09:26:53.000Z',
  windowExpiresAt: '2026-03-15T09:26:53.000Z',

  total: 1,
  limit: 25,
  offset: 0,
  nextOffset: null,
  before: null,
  after: encodeCursor({ at: SAMPLE_INSTANT, id: SAMPLE_ID }),

  // States that are the exception, and for which nothing else of the type speaks.
  external: false,
  stale: false,
  isOfficialBusinessAccount: false,
  isOnBizApp: false,
  error: null,
  reason: null,
  statusReason: null,
  statusDetails: null,
  context: null,
  groupId: null,
  participant: null,
  editedAt: null,
  revokedAt: null,
};

export const SAMPLES_BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: SAMPLE_ID,
  'date-time': SAMPLE_INSTANT,
  email: 'ada@example.com',
  uri: 'https://www.example.com/',
  password: 'correct horse battery staple',
};
