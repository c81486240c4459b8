// What Meta would deliver: WhatsApp messages and statuses for three numbers of three accounts. The stored messages are
// made up of the same people and numbers (seed.mjs).

/** One business account with one number for each of our accounts. */
export const CHANNELS = [0, 1, 2].map((index) => ({
  wabaId: `10229012934039${index}`,
  phoneNumberId: `10654035224292${index}`,
  displayNumber: `1555078388${index}`,
}));

/** How many people there are in the stored messages, and how many of them write to us during a run. */
export const PEOPLE = 50_000;
export const SENDERS = 5_000;

/** Everybody writes to one number only. */
export function channelOf(person) {
  return CHANNELS[person % CHANNELS.length];
}

/** The people who write are spread over those who wrote much and those who wrote little. */
export function personOfSender(sender) {
  return (sender % SENDERS) * (PEOPLE / SENDERS);
}

const padded = (number, digits) => String(number).padStart(digits, '0');
export const numberOf = (person) => `165${padded(person, 8)}`;
const userIdOf = (person) => `US.134912086${padded(person, 8)}`;

// Plain ASCII without anything that JSON escapes: a receiver that signs its own serialisation must find the same bytes.
const SENTENCES = [
  'Good morning! Is the blue one in size 42 still there, and could I pick it up in the shop on Saturday?',
  'Hi, my order has not arrived yet although the tracking page says that it was delivered yesterday.',
  'Thank you very much, that was quick. One more question: do you ship to Portugal, and what does it cost?',
  'Yes please, the two of them. I would like to pay by card when the parcel arrives if that is possible.',
  'Can you send me the invoice again? The first one has an old address on it, ours changed in March.',
];

/** The beginning of the ids of the messages that one run delivers; `run` makes them differ from every other run's. */
export function inboundPrefix(run) {
  return `wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQz${run}`;
}

/** The id of one of the messages that were sent before a run, which its statuses are about. */
export function outboundPrefix(run) {
  return `wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5${run}`;
}

function envelope(channel, value) {
  return {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: channel.wabaId,
        changes: [
          {
            value: {
              messaging_product: 'whatsapp',
              metadata: {
                display_phone_number: channel.displayNumber,
                phone_number_id: channel.phoneNumberId,
              },
              ...value,
            },
            field: 'messages',
          },
        ],
      },
    ],
  };
}

/** A delivery of one text message of the sender with that number. */
export function textDelivery(run, index, timestamp) {
  const person = personOfSender(index);
  const text = `${SENTENCES[index % SENTENCES.length]} ${SENTENCES[(index * 7 + 3) % SENTENCES.length]} (${index})`;
  return envelope(channelOf(person), {
    contacts: [
      { profile: { name: `Customer ${person}` }, wa_id: numberOf(person), user_id: userIdOf(person) },
    ],
    messages: [
      {
        from: numberOf(person),
        from_user_id: userIdOf(person),
        id: `${inboundPrefix(run)}${padded(index, 8)}`,
        timestamp,
        text: { body: text },
        type: 'text',
      },
    ],
  });
}

const STATUSES = ['sent', 'delivered', 'read'];

/** How many sent messages the statuses of a mixed run are about: each gets all three. */
export function outboundOfMix(count) {
  return Math.floor(count / (3 * STATUSES.length));
}

/** The person that sent message `index` of a run went to. */
export function recipientOf(index) {
  return personOfSender(index % 1_000);
}

/** A delivery of one status. All messages are sent before the first is delivered, and so on, as they mostly are. */
export function statusDelivery(run, index, messages, timestamp) {
  const message = index % messages;
  const person = recipientOf(message);
  const status = STATUSES[Math.floor(index / messages)];
  return envelope(channelOf(person), {
    contacts: [
      { profile: { name: `Customer ${person}` }, wa_id: numberOf(person), user_id: userIdOf(person) },
    ],
    statuses: [
      {
        id: `${outboundPrefix(run)}${padded(message, 8)}`,
        status,
        timestamp,
        recipient_id: numberOf(person),
        recipient_user_id: userIdOf(person),
        conversation: { id: `c${padded(message, 31)}`, origin: { type: 'service' } },
        pricing: {
          billable: false,
          pricing_model: 'PMP',
          category: 'service',
          type: 'free_customer_service',
        },
      },
    ],
  });
}

/**
 * Delivery `index` of a run. Kind `text`: messages only. Kind `mixed`: two messages and one status by turns, `count` in
 * all, a multiple of nine.
 */
export function deliveryOf({ kind, run, count }, index, timestamp) {
  if (kind === 'text') return textDelivery(run, index, timestamp);
  const [group, place] = [Math.floor(index / 3), index % 3];
  return place === 2
    ? statusDelivery(run, group, outboundOfMix(count), timestamp)
    : textDelivery(run, group * 2 + place, timestamp);
}
