import * as fc from 'fast-check';
import { redactDelivery } from './delivery-redaction';

const ANA = '16505551234';
const BEN = '16505559999';
const change = (messages: unknown[], contacts: unknown[], statuses: unknown[] = []) => ({
  field: 'messages',
  value: {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550783881', phone_number_id: '106540352242922' },
    contacts,
    messages,
    statuses,
  },
});
const contact = (id: string) => ({ profile: { name: id === ANA ? 'Ana' : 'Ben' }, wa_id: id });
const text = (from: string, body: string) => ({ from, id: `wamid.${body}`, type: 'text', text: { body } });
const redact = (delivery: unknown, values = [ANA], entryIds = ['waba', 'page']): unknown => {
  const body = redactDelivery(Buffer.from(JSON.stringify(delivery)), {
    values: new Set(values),
    entryIds: new Set(entryIds),
  });
  return body === null ? null : JSON.parse(body.toString());
};

describe('a delivery without what it tells of a person', () => {
  it('has what it tells of others', () => {
    const delivery = (changes: unknown[]) => ({
      object: 'whatsapp_business_account',
      entry: [{ id: 'waba', changes }],
    });
    expect(
      redact(
        delivery([
          change(
            [text(ANA, 'hers'), text(BEN, 'his')],
            [contact(ANA), contact(BEN)],
            [{ id: 'wamid.x', recipient_id: ANA, status: 'read' }],
          ),
        ]),
      ),
    ).toEqual(delivery([change([text(BEN, 'his')], [contact(BEN)], [])]));
  });

  it('keeps its pieces where a person is named in one: a message of Messenger, a comment', () => {
    const hers = { sender: { id: '7001' }, recipient: { id: 'page' }, message: { mid: 'm.1', text: 'Hi' } };
    const his = { ...hers, sender: { id: '7002' } };
    const comment = {
      field: 'feed',
      value: { item: 'comment', from: { id: '7001', name: 'Ana' }, message: 'Nice' },
    };
    expect(
      redact({ object: 'page', entry: [{ id: 'page', messaging: [hers, his], changes: [comment] }] }, [
        '7001',
      ]),
    ).toEqual({ object: 'page', entry: [{ id: 'page', messaging: [his], changes: [] }] });
  });

  it('has the same person in what belongs to another account of the service', () => {
    const entry = (id: string) => ({ id, changes: [change([text(ANA, id)], [contact(ANA)])] });
    const redacted = redact({ object: 'whatsapp_business_account', entry: [entry('waba'), entry('theirs')] });
    expect(JSON.stringify(redacted)).not.toContain('wamid.waba');
    expect(redacted).toMatchObject({ entry: [{}, entry('theirs')] });
  });

  it('is the same where the person is not named: a number within a text, or a longer one, is not theirs', () => {
    const others = {
      object: 'whatsapp_business_account',
      entry: [{ id: 'waba', changes: [change([text(BEN, `call ${ANA}`), text(`${ANA}0`, 'x')], [])] }],
    };
    expect(redact(others)).toBeNull();
    expect(
      redactDelivery(Buffer.from('{"entry":'), { values: new Set([ANA]), entryIds: new Set() }),
    ).toBeNull();
  });

  it('finds ids that Meta writes as numbers, and loses no digit of others', () => {
    const body = Buffer.from(
      '{"object":"instagram","entry":[{"id":17841400000000001234,"messaging":[{"sender":{"id":90071992547409931}},{"sender":{"id":90071992547409933}}]}]}',
    );
    const redacted = redactDelivery(body, {
      values: new Set(['90071992547409931']),
      entryIds: new Set(['17841400000000001234']),
    });
    expect(JSON.parse(redacted?.toString() ?? '')).toEqual({
      object: 'instagram',
      entry: [{ id: '17841400000000001234', messaging: [{ sender: { id: '90071992547409933' } }] }],
    });
  });

  it('never names the person, whatever its shape', () => {
    const leaf = fc.oneof(fc.constantFrom(ANA, BEN, `+${ANA}`), fc.string(), fc.integer());
    const shape = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('node')), fc.dictionary(fc.string(), tie('node'))),
    })).node;
    const namesHer = (node: unknown): boolean =>
      typeof node === 'object' && node !== null
        ? Object.values(node).some(namesHer)
        : node === ANA || node === `+${ANA}`;
    fc.assert(
      fc.property(fc.array(shape), (messaging) => {
        const delivery = { object: 'page', entry: [{ id: 'page', messaging }] };
        const redacted = redact(delivery) ?? delivery;
        expect(namesHer(redacted)).toBe(false);
      }),
    );
  });
});
