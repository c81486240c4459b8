import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { aGif, aJpeg, aPdf, aPng, upload, uploaded } from '../factories/media-files';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const PROFILE = '/api/meta/whatsapp/business-profile';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('the picture of a business profile', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    client = app.api.as(await admin.createUser('agent'));
    await connectedAccount(app, client);
    await client.get('/api/meta/whatsapp/accounts');
    sandbox().clearCalls();
  });

  const sandbox = () => sandboxOf(app);
  const profileWrites = () => sandbox().calls({ method: 'POST', path: /whatsapp_business_profile$/ });

  it.each([
    ['image/jpeg', aJpeg()],
    ['image/png', aPng()],
  ])('of %s is handed to Meta from the uploaded file', async (type, bytes) => {
    const id = await uploaded(client, bytes, type);
    const answer = await client.put(PROFILE, { about: 'With a face', profilePictureMediaId: id });
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { about: 'With a face', profilePictureUrl: expect.stringMatching(/^https:/) } },
    });
    const [write] = profileWrites();
    expect(write?.body).toMatchObject({ profile_picture_handle: expect.stringMatching(/\S/) });
    expect(write?.path).toContain(SEED.phoneNumberId);
  });

  it('is no document and no moving picture', async () => {
    const pdf = await uploaded(client, aPdf(), 'application/pdf');
    expect(problem(await client.put(PROFILE, { profilePictureMediaId: pdf }))).toMatchObject({
      status: 415,
      code: 'UNSUPPORTED_MEDIA',
    });
    const gif = (await upload(client, aGif(), 'image/gif', { kind: 'document' })).body.data.id;
    expect(problem(await client.put(PROFILE, { profilePictureMediaId: gif }))).toMatchObject({ status: 415 });
    expect(profileWrites()).toEqual([]);
  });

  it('is one of the account’s own, and one only', async () => {
    const other = app.api.as(await admin.createUser('agent'));
    await connectedAccount(app, other, { personId: personOfAnotherTenant() });
    const theirs = await uploaded(other, aJpeg(), 'image/jpeg');
    expect(problem(await client.put(PROFILE, { profilePictureMediaId: theirs }))).toMatchObject({
      status: 400,
      details: { fields: [{ path: 'profilePictureMediaId', rule: 'isKnown' }] },
    });
    const mine = await uploaded(client, aJpeg(), 'image/jpeg');
    const both = { profilePictureMediaId: mine, profilePictureHandle: '4::x' };
    expect(problem(await client.put(PROFILE, both))).toMatchObject({
      status: 400,
      details: { fields: [{ path: 'profilePictureHandle', rule: 'exclusive' }] },
    });
    expect(profileWrites()).toEqual([]);
  });

  const personOfAnotherTenant = (): string =>
    sandbox().createTenant({ name: 'Other', displayPhoneNumber: '+1 555 010 0009' }).personId;
});
