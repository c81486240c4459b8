import { createHash } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import { signatureOf } from '../signed-webhook';
import type { SeededRandom } from './seeded-random';

/** A message that Meta tells of: a customer's, or one that the business wrote on its phone. */
export interface MessageFact {
  wamid: string;
  customer: string;
  direction: 'inbound' | 'outbound';
  text: string;
  /** Seconds. */
  at: number;
}

export interface StatusFact {
  wamid: string;
  customer: string;
  status: 'sent' | 'delivered' | 'read';
  /** Seconds. */
  at: number;
}

/** One body of Meta's, ready to be posted any number of times. */
export interface Delivery {
  body: Buffer;
  /** SHA-256 in hex. */
  digest: string;
  signature: string;
  messages: readonly MessageFact[];
  statuses: readonly StatusFact[];
}

export interface TrafficOptions {
  random: SeededRandom;
  appSecret: string;
  customers?: number;
}

const STATUSES = ['sent', 'delivered', 'read'] as const;
const BUSINESS_NUMBER = SEED.displayPhoneNumber.replaceAll(/\D/g, '');
const WORDS = ['Guten Tag', 'where is it?', 'شكرا', '👍🏽', '注文', 'O’Brien', 'line\nbreak', 'x'.repeat(700)];

/**
 * What Meta sends on a busy day, in the order in which it sends it: batches, statuses that are told before their message,
 * bodies that are sent again although they were answered, and batches cut anew out of what was told before.
 */
export class Traffic {
  private readonly sent: Delivery[] = [];
  private readonly customers: string[];
  private readonly told = { messages: [] as MessageFact[], statuses: [] as StatusFact[] };
  /** Outgoing messages whose own delivery comes late, and statuses that are still to be told. */
  private readonly lateEchoes: MessageFact[] = [];
  private readonly dueStatuses: StatusFact[] = [];
  private readonly random: SeededRandom;
  private readonly now = Math.floor(Date.now() / 1000);
  private lastNumber = 0;
  private given = 0;

  constructor(private readonly options: TrafficOptions) {
    this.random = options.random;
    this.customers = Array.from(
      { length: options.customers ?? 60 },
      (_, index) => `1650${5_550_000 + index}`,
    );
  }

  /** There is always another one. */
  next(): Delivery {
    for (;;) {
      const delivery = this.sent[this.given];
      if (delivery !== undefined) {
        this.given += 1;
        return delivery;
      }
      this.addOne();
    }
  }

  /** What is owed still: messages of which only a status was told, and statuses of messages that were. */
  rest(): Delivery[] {
    while (this.lateEchoes.length > 0) this.add(this.takeLateEchoes(), []);
    while (this.dueStatuses.length > 0) this.add([], this.takeStatuses());
    const rest = this.sent.slice(this.given);
    this.given = this.sent.length;
    return rest;
  }

  private addOne(): void {
    const draw = this.random.next();
    if (draw < 0.6)
      this.add(
        this.several(1, 4, () => this.newMessage('inbound')),
        [],
      );
    else if (draw < 0.75) this.addEcho();
    else if (draw < 0.88 && this.dueStatuses.length > 0) this.add([], this.takeStatuses());
    else if (draw < 0.92 && this.lateEchoes.length > 0) this.add(this.takeLateEchoes(), []);
    else if (this.sent.length > 0) this.addRecut();
    // Bytes that went out before, and were perhaps answered.
    if (this.sent.length > 0 && this.random.chance(0.08)) this.sent.push(this.random.pick(this.sent));
  }

  private addEcho(): void {
    const echoes = this.several(1, 2, () => this.newMessage('outbound'));
    for (const { wamid, customer, at } of echoes) {
      for (const status of STATUSES.slice(0, this.random.between(0, STATUSES.length))) {
        this.dueStatuses.push({ wamid, customer, status, at: at + STATUSES.indexOf(status) });
      }
    }
    if (this.random.chance(0.25)) this.lateEchoes.push(...echoes);
    else this.add(echoes, []);
  }

  /** The same messages and statuses once more in another body, sometimes with a new message among them. */
  private addRecut(): void {
    const messages = this.several(0, 4, () => this.random.pick(this.told.messages));
    const statuses =
      this.told.statuses.length === 0 ? [] : this.several(0, 3, () => this.random.pick(this.told.statuses));
    if (this.random.chance(0.3)) messages.push(this.newMessage('inbound'));
    if (messages.length + statuses.length > 0) this.add(messages, statuses);
  }

  private add(messages: readonly MessageFact[], statuses: readonly StatusFact[]): void {
    this.told.messages.push(...messages);
    this.told.statuses.push(...statuses);
    const body = Buffer.from(JSON.stringify(bodyOf(messages, statuses)));
    this.sent.push({
      body,
      digest: createHash('sha256').update(body).digest('hex'),
      signature: signatureOf(body, this.options.appSecret),
      messages,
      statuses,
    });
  }

  private newMessage(direction: MessageFact['direction']): MessageFact {
    this.lastNumber += 1;
    return {
      wamid: `wamid.${direction}.${this.lastNumber}.${this.random.between(0, 2 ** 31)}`,
      customer: this.random.pick(this.customers),
      direction,
      text: `${this.lastNumber} ${this.random.pick(WORDS)}`,
      at: this.now - this.random.between(0, 600),
    };
  }

  private takeLateEchoes(): MessageFact[] {
    return this.some(1, 2, this.lateEchoes);
  }

  private takeStatuses(): StatusFact[] {
    return this.some(1, 6, this.dueStatuses);
  }

  private several<Item>(least: number, most: number, make: () => Item): Item[] {
    return Array.from({ length: this.random.between(least, most) }, make);
  }

  private some<Item>(least: number, most: number, from: Item[]): Item[] {
    const count = this.random.between(least, most);
    const taken: Item[] = [];
    while (taken.length < count && from.length > 0) {
      const item = this.random.take(from);
      if (item !== undefined) taken.push(item);
    }
    return taken;
  }
}

/** One change for each person and kind, as Meta makes them; the changes of a body may stand in several entries. */
function bodyOf(messages: readonly MessageFact[], statuses: readonly StatusFact[]): unknown {
  const people = [...new Set([...messages, ...statuses].map(({ customer }) => customer))];
  const changes = people.flatMap((customer) => {
    const isTheirs = (fact: { customer: string }): boolean => fact.customer === customer;
    const theirs = messages.filter(isTheirs);
    const inbound = theirs.filter(({ direction }) => direction === 'inbound').map(inboundOf);
    const echoes = theirs.filter(({ direction }) => direction === 'outbound').map(echoOf);
    const told = statuses.filter(isTheirs).map(statusOf);
    return [
      ...(inbound.length === 0
        ? []
        : [change('messages', { contacts: [contactOf(customer)], messages: inbound })]),
      ...(told.length === 0 ? [] : [change('messages', { statuses: told })]),
      ...(echoes.length === 0 ? [] : [change('smb_message_echoes', { message_echoes: echoes })]),
    ];
  });
  const middle = Math.ceil(changes.length / 2);
  const entries = [changes.slice(0, middle), changes.slice(middle)].filter((part) => part.length > 0);
  return {
    object: 'whatsapp_business_account',
    entry: entries.map((part) => ({ id: SEED.wabaId, changes: part })),
  };
}

function change(field: string, value: Record<string, unknown>): unknown {
  return {
    field,
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: BUSINESS_NUMBER, phone_number_id: SEED.phoneNumberId },
      ...value,
    },
  };
}

function contactOf(customer: string): unknown {
  return { profile: { name: `Customer ${customer.slice(-4)}` }, wa_id: customer };
}

function inboundOf({ wamid, customer, text, at }: MessageFact): unknown {
  return { from: customer, id: wamid, timestamp: String(at), type: 'text', text: { body: text } };
}

function echoOf({ wamid, customer, text, at }: MessageFact): unknown {
  return {
    from: BUSINESS_NUMBER,
    to: customer,
    id: wamid,
    timestamp: String(at),
    type: 'text',
    text: { body: text },
  };
}

function statusOf({ wamid, customer, status, at }: StatusFact): unknown {
  return { id: wamid, status, timestamp: String(at), recipient_id: customer };
}
