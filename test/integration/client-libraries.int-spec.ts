import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { WABAClient } from 'whatsapp-business';

import { SEED } from '../../sandbox/world-seed';
import { ANA, LibraryStage, PNG } from '../client-library-stage';

/**
 * Client libraries of others for the same API, unchanged, with the stand-in in Meta's place: what they send must be
 * taken, and what they read must be there. Each is pointed at it by the option that it has for that.
 */

/** The stage's flow, as the first library wants it written. */
const FLOW_IN_CAMEL_CASE = {
  version: '7.0',
  screens: [
    {
      id: 'WELCOME',
      title: 'Welcome',
      terminal: true,
      layout: {
        type: 'SingleColumnLayout' as const,
        children: [
          { type: 'TextHeading' as const, text: 'Hello' },
          {
            type: 'Footer' as const,
            label: 'Done',
            onClickAction: { name: 'complete' as const, payload: {} },
          },
        ],
      },
    },
  ],
};

let stage: LibraryStage;
beforeEach(async () => {
  stage = await LibraryStage.start();
});
afterEach(() => stage.close());

describe('@kapso/whatsapp-cloud-api', () => {
  let client: WhatsAppClient;
  const { phoneNumberId, wabaId: businessAccountId } = SEED;
  const to = { phoneNumberId, to: ANA };
  beforeEach(() => {
    client = new WhatsAppClient({
      accessToken: stage.token,
      baseUrl: stage.sandbox.url,
      graphVersion: 'v24.0',
    });
  });

  it('sends every kind of message', async () => {
    const { messages } = client;
    const bodyText = 'Well?';
    const parameters = { displayText: 'Open', url: 'https://a.b' };
    const flowId = await stage.addFlow();
    const answers = [
      await messages.sendText({ ...to, body: 'Hello', previewUrl: true, contextMessageId: 'wamid.x' }),
      await messages.sendImage({ ...to, image: { link: 'https://a.b/c.png', caption: 'Look' } }),
      await messages.sendAudio({ ...to, audio: { link: 'https://a.b/c.ogg', voice: true } }),
      await messages.sendVideo({ ...to, video: { link: 'https://a.b/c.mp4' } }),
      await messages.sendDocument({ ...to, document: { link: 'https://a.b/c.pdf', filename: 'c.pdf' } }),
      await messages.sendSticker({ ...to, sticker: { link: 'https://a.b/c.webp' } }),
      await messages.sendLocation({ ...to, location: { latitude: 1, longitude: 2, name: 'Here' } }),
      await messages.sendContacts({
        ...to,
        contacts: [{ name: { formattedName: 'Ana Lee', firstName: 'Ana' }, phones: [{ phone: '+1650' }] }],
      }),
      await messages.sendReaction({ ...to, reaction: { messageId: 'wamid.x', emoji: '👍' } }),
      await messages.sendInteractiveButtons({ ...to, bodyText, buttons: [{ id: '1', title: 'Yes' }] }),
      await messages.sendInteractiveList({
        ...to,
        bodyText,
        buttonText: 'Open',
        sections: [{ title: 'A', rows: [{ id: '1', title: 'One' }] }],
      }),
      await messages.sendInteractiveCtaUrl({ ...to, bodyText, parameters }),
      await messages.sendInteractiveLocationRequest({
        ...to,
        bodyText,
        parameters: { requestMessage: 'Where?' },
      }),
      await messages.sendInteractiveCatalogMessage({ ...to, bodyText, parameters: {} }),
      await messages.sendInteractiveProduct({ ...to, bodyText, catalogId: '1', productRetailerId: 'a' }),
      await messages.sendInteractiveAddress({ ...to, bodyText, parameters: { country: 'IN' } }),
      await messages.sendInteractiveCallPermission({ ...to, parameters: { phoneNumber: ANA } }),
      await messages.sendInteractiveCarousel({
        ...to,
        bodyText,
        cards: [0, 1].map((cardIndex) => ({
          cardIndex,
          header: { type: 'image' as const, image: { link: 'https://a.b/c.png' } },
          bodyText: 'New',
          action: { displayText: 'Open', url: 'https://a.b' },
        })),
      }),
      await messages.sendInteractiveFlow({
        ...to,
        bodyText,
        parameters: { flowId, flowCta: 'Begin', flowMessageVersion: '3', flowToken: 'x' },
      }),
    ];
    const ids = answers.map((answer) => answer.messages[0]?.id);
    await stage.sandbox.control.advance(1000);
    const read = stage.sandbox.control.sentMessages().filter(({ statuses }) => statuses.includes('read'));
    expect(new Set(ids).size).toBe(19);
    expect(read).toHaveLength(18); // a reaction is sent, and no more
  });

  it('sends templates and reads refusals', async () => {
    await stage.addTemplates();
    const image = { type: 'image' as const, image: { link: 'https://a.b/c.png' } };
    const answer = await client.messages.sendTemplate({
      ...to,
      template: {
        name: 'rich',
        language: { code: 'en_US' },
        components: [
          { type: 'header', parameters: [image] },
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Ana' },
              { type: 'text', text: '$1' },
            ],
          },
          { type: 'button', subType: 'url', index: 1, parameters: [{ type: 'text', text: '8' }] },
          {
            type: 'button',
            subType: 'copy_code',
            index: 2,
            parameters: [{ type: 'coupon_code', couponCode: 'SALE25' }],
          },
        ],
      },
    });
    expect(await stage.statusesOf(answer.messages[0]?.id)).toContain('read');
    const missing = { name: 'nothing', language: { code: 'en_US' } };
    await expect(client.messages.sendTemplate({ ...to, template: missing })).rejects.toMatchObject({
      code: 132001,
    });
  });

  it('marks as read', async () => {
    const { messageId } = stage.sandbox.control.playMessage({ from: ANA });
    await client.messages.markRead({ phoneNumberId, messageId, typingIndicator: { type: 'text' } });
    expect(stage.sandbox.control.receivedMessage(messageId)).toMatchObject({ isTyping: true });
  });

  it('uploads, finds, fetches and deletes media', async () => {
    const file = new Blob([new Uint8Array(PNG)], { type: 'image/png' });
    const { id } = await client.media.upload({ phoneNumberId, type: 'image/png', file, fileName: 'a.png' });
    expect(await client.media.get({ mediaId: id, phoneNumberId })).toMatchObject({ mime_type: 'image/png' });
    const bytes = await client.media.download({ mediaId: id, phoneNumberId, auth: 'always' });
    expect(Buffer.from(bytes as ArrayBuffer)).toEqual(PNG);
    expect(await client.media.delete({ mediaId: id, phoneNumberId })).toEqual({ success: true });
    await expect(client.media.get({ mediaId: id })).rejects.toMatchObject({ code: 100 });
  });

  it('creates, lists and deletes templates', async () => {
    const { templates } = client;
    const created = await templates.create({
      businessAccountId,
      name: 'order_left',
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'Hi {{1}}, it left.', example: { bodyText: [['Ana']] } }],
    });
    expect(created).toMatchObject({ status: 'PENDING', category: 'UTILITY' });
    const listed = await templates.list({ businessAccountId, limit: 1 });
    expect(listed.data).toMatchObject([{ name: 'hello_world' }]);
    const after = listed.paging.cursors.after ?? '';
    expect((await templates.list({ businessAccountId, limit: 1, after })).data).toMatchObject([
      { name: 'order_left' },
    ]);
    expect(await templates.delete({ businessAccountId, name: 'order_left' })).toEqual({ success: true });
  });

  it('keeps the profile, the settings and the flows', async () => {
    const { businessProfile, settings } = client.phoneNumbers;
    await businessProfile.update({ phoneNumberId, about: 'Open now', websites: ['https://a.b/'] });
    expect(await businessProfile.get({ phoneNumberId, fields: 'about,websites' })).toMatchObject({
      data: [{ about: 'Open now', websites: ['https://a.b/'] }],
    });
    expect(await settings.get({ phoneNumberId })).toEqual(expect.any(Object));
    const { flowId, previewUrl } = await client.flows.deploy(FLOW_IN_CAMEL_CASE, {
      name: 'Second',
      wabaId: businessAccountId,
      publish: true,
      preview: true,
    });
    expect(previewUrl).toEqual(expect.stringContaining('http'));
    expect(await client.flows.get({ flowId })).toMatchObject({ id: flowId, status: 'PUBLISHED' });
    expect(await client.flows.list({ wabaId: businessAccountId })).toMatchObject({ data: [{ id: flowId }] });
    expect(await client.flows.deprecate({ flowId })).toMatchObject({ success: true });
  });
});

describe('whatsapp-business', () => {
  let client: WABAClient;
  let folder: string;
  beforeEach(() => {
    client = new WABAClient({ apiToken: stage.token, phoneId: SEED.phoneNumberId, accountId: SEED.wabaId });
    // Its version is over since 2025: Meta, too, serves such calls by the oldest one that lives.
    client.restClient.fetch.defaults.baseURL = `${stage.sandbox.url}/v17.0`;
    folder = mkdtempSync(path.join(tmpdir(), 'client-libraries-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('sends text, media and buttons, and reads refusals', async () => {
    const message = { to: ANA, recipient_type: 'individual' as const };
    const { messages } = await client.sendMessage({ ...message, type: 'text', text: { body: 'Hello' } });
    expect(await stage.statusesOf(messages[0].id)).toContain('read');
    await client.sendMessage({ ...message, type: 'image', image: { link: 'https://a.b/c.png' } });
    await client.sendMessage({
      ...message,
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'Well?' },
        action: { buttons: [{ type: 'reply', reply: { id: '1', title: 'Yes' } }] },
      },
    });
    expect(stage.sandbox.control.sentMessages()).toHaveLength(3);
    const language = { code: 'en_US' as const, policy: 'deterministic' as const };
    const missing = { name: 'nothing', language };
    await expect(
      client.sendMessage({ ...message, type: 'template', template: missing }),
    ).rejects.toMatchObject({
      code: 132001,
      error_data: { details: expect.any(String) },
    });
  });

  it('marks as read', async () => {
    const { messageId } = stage.sandbox.control.playMessage({ from: ANA });
    expect(await client.markMessageAsRead(messageId)).toEqual({ success: true });
    expect(stage.sandbox.control.receivedMessage(messageId)?.readAt).toEqual(expect.any(Number));
  });

  it('uploads, finds, fetches and deletes media', async () => {
    const file = path.join(folder, 'a.png');
    writeFileSync(file, PNG);
    const { id } = await client.uploadMedia({ file, type: 'image/png' });
    const { url, mime_type: type } = await client.getMedia(id);
    expect(type).toBe('image/png');
    const copy = path.join(folder, 'b.png');
    const written = (await client.downloadMedia(url, copy)) as NodeJS.WritableStream;
    await new Promise((resolve) => written.on('finish', resolve));
    expect(readFileSync(copy)).toEqual(PNG);
    expect(await client.deleteMedia(id)).toEqual({ success: true });
  });

  it('reads profile and numbers, and registers', async () => {
    expect(await client.getBusinessProfile()).toMatchObject({ data: [{ messaging_product: 'whatsapp' }] });
    expect(await client.updateBusinessProfile({ description: 'Open now' })).toEqual({ success: true });
    expect((await client.getBusinessPhoneNumbers()).data).toMatchObject([{ id: SEED.phoneNumberId }]);
    expect(await client.getSingleBusinessPhoneNumber(SEED.phoneNumberId)).toMatchObject({
      quality_rating: 'GREEN',
    });
    expect(await client.setupTwoStepAuth({ phoneNumberId: SEED.phoneNumberId, pin: '654321' })).toEqual({
      success: true,
    });
    expect(await client.deregisterPhone(SEED.phoneNumberId)).toEqual({ success: true });
    const registration = { phoneNumberId: SEED.phoneNumberId, pin: '654321' };
    expect(await client.registerPhone(registration)).toEqual({ success: true });
    await expect(client.registerPhone({ ...registration, pin: '000000' })).rejects.toMatchObject({
      code: 133005,
    });
  });
});
