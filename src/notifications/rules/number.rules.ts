import type { DomainEventMap, EventSeverity, WhatsAppFurtherChange } from '../../domain-events/domain-events';
import {
  type Finding,
  type NotificationText,
  type RuleTable,
  capital,
  clear,
  inWords,
  raise,
} from './finding';
import type { NotificationKind } from '../notification-kinds';

type Update = DomainEventMap['whatsapp.phone_number.updated'];

const STATUS = 'number.status';
const SENDING = 'number.sending';
const QUALITY = 'number.quality';
const NAME = 'number.name';

export const NUMBER_RULES: RuleTable = {
  'whatsapp.phone_number.updated': (update) =>
    [update, ...(update.others ?? [])].flatMap((change) => ofChange(update, change)),
};

function ofChange(update: Update, change: WhatsAppFurtherChange): Finding[] {
  switch (change.what) {
    case 'status':
      return ofStatus(update, change);
    case 'qualityRating':
      return ofQuality(update, change);
    case 'messagingLimit':
      return [ofLimit(update, change)];
    case 'throughput':
      return [ofThroughput(update, change)];
    case 'nameStatus':
      return ofName(update, change);
    case 'sending':
      return ofSending(update, change);
    case 'security':
      return [ofSecurity(update, change)];
    default:
      return [];
  }
}

function aboutNumber(
  { phoneNumberId, wabaId, field }: Update,
  { what, previous, current }: WhatsAppFurtherChange,
  told: {
    kind: NotificationKind;
    topic: string;
    severity: EventSeverity;
    isLasting: boolean;
    one: (name: string) => NotificationText;
  },
): Finding {
  return raise({
    ...told,
    group: phoneNumberId,
    subject: { type: 'phone_number', id: phoneNumberId },
    payload: { wabaId, phoneNumberId, field, what, previous, current },
  });
}

const STATUS_ADVICE: ReadonlyMap<string, string> = new Map([
  [
    'BANNED',
    'Meta banned it for breaking its policies. See WhatsApp Manager for the reason, and appeal there.',
  ],
  ['DELETED', 'It was removed from its WhatsApp account. Send from another number.'],
  ['DISCONNECTED', 'It is not registered. Register it with POST /phone-numbers/{id}/register.'],
  ['MIGRATED', 'It was moved to another WhatsApp account. Connect that one, or send from another number.'],
  ['PENDING', 'It is not registered yet. Register it with POST /phone-numbers/{id}/register.'],
  ['UNVERIFIED', 'It has to be verified with a code first, then registered.'],
  [
    'FLAGGED',
    'People block or report its messages. Unless that gets better within some days, Meta lowers its limit: send less, and only to people who asked for it.',
  ],
  ['RATE_LIMITED', 'Its limit of new conversations is used up for now. What is queued goes out later.'],
  [
    'RESTRICTED',
    'Meta lets it only answer at present, as its limit was used up or cut. Answers still go out; campaigns wait.',
  ],
]);

function ofStatus(update: Update, change: WhatsAppFurtherChange): Finding[] {
  const { current, severity } = change;
  if (current === 'CONNECTED')
    return [clear(STATUS, update.phoneNumberId), clear(SENDING, update.phoneNumberId)];
  if (current === null || severity === 'info') return [];
  // Deregistering is done here, on purpose.
  const isWanted = update.field === 'registration';
  return [
    aboutNumber(update, change, {
      kind: severity === 'critical' ? 'whatsapp.number_unusable' : 'whatsapp.number_at_risk',
      topic: STATUS,
      severity: isWanted ? 'info' : severity,
      isLasting: true,
      one: (name) => ({
        title:
          severity === 'critical'
            ? `Nothing can be sent from ${name}: it is ${inWords(current)}`
            : `${capital(name)} is ${inWords(current)}`,
        message: STATUS_ADVICE.get(current) ?? 'See WhatsApp Manager for the reason.',
      }),
    }),
  ];
}

function ofQuality(update: Update, change: WhatsAppFurtherChange): Finding[] {
  const { current } = change;
  if (current !== 'RED' && current !== 'YELLOW') return [clear(QUALITY, update.phoneNumberId)];
  return [
    aboutNumber(update, change, {
      kind: 'whatsapp.number_quality_dropped',
      topic: QUALITY,
      severity: current === 'RED' ? 'critical' : 'warning',
      isLasting: true,
      one: (name) => ({
        title: `The quality of ${name} is ${current === 'RED' ? 'low' : 'medium'}`,
        message:
          current === 'RED'
            ? 'Many people block or report its messages, and Meta may restrict it. Stop campaigns, and send only what people asked for.'
            : 'Some people block or report its messages. Look at what goes out and to whom, before it gets worse.',
      }),
    }),
  ];
}

function ofLimit(update: Update, change: WhatsAppFurtherChange): Finding {
  const isLower = change.severity !== 'info';
  const limit = limitInWords(change.current);
  return aboutNumber(update, change, {
    kind: 'whatsapp.number_limit_changed',
    topic: 'number.limit',
    severity: change.severity,
    isLasting: false,
    one: (name) => ({
      title: `The messaging limit of ${name} was ${isLower ? 'lowered' : 'raised'}: ${limit}`,
      message: isLower
        ? `It was ${limitInWords(change.previous)}. Larger campaigns take longer or stop at the limit; it rises again with good quality.`
        : `It was ${limitInWords(change.previous)}. Nothing has to be done.`,
    }),
  });
}

function ofThroughput(update: Update, change: WhatsAppFurtherChange): Finding {
  const isLower = change.severity !== 'info';
  return aboutNumber(update, change, {
    kind: 'whatsapp.number_throughput_changed',
    topic: 'number.throughput',
    severity: change.severity,
    isLasting: false,
    one: (name) => ({
      title: `${capital(name)} sends ${isLower ? 'more slowly' : 'faster'} now`,
      message: `Meta changed its throughput from ${change.previous ?? 'unknown'} to ${change.current ?? 'unknown'}. ${isLower ? 'Campaigns take longer.' : 'Campaigns make use of it by themselves.'}`,
    }),
  });
}

function ofName(update: Update, change: WhatsAppFurtherChange): Finding[] {
  const { current, previous } = change;
  if (current === 'DECLINED')
    return [
      aboutNumber(update, change, {
        kind: 'whatsapp.number_name_declined',
        topic: NAME,
        severity: 'warning',
        isLasting: true,
        one: (name) => ({
          title: `The display name of ${name} was declined`,
          message:
            'People go on seeing the old name, or only the number. Choose another one that fits Meta’s guidelines.',
        }),
      }),
    ];
  if (current !== 'APPROVED') return [];
  if (previous !== 'PENDING_REVIEW' && previous !== 'DECLINED') return [clear(NAME, update.phoneNumberId)];
  return [
    aboutNumber(update, change, {
      kind: 'whatsapp.number_name_approved',
      topic: NAME,
      severity: 'info',
      isLasting: false,
      one: (name) => ({
        title: `The display name of ${name} was approved`,
        message: 'People see it from now on. After a change of name the number has to be registered again.',
      }),
    }),
  ];
}

function ofSending(update: Update, change: WhatsAppFurtherChange): Finding[] {
  if (change.severity === 'info') return [clear(SENDING, update.phoneNumberId)];
  return [
    aboutNumber(update, change, {
      kind: 'whatsapp.number_sending_refused',
      topic: SENDING,
      severity: change.severity,
      isLasting: true,
      one: (name) => ({
        title: `Meta takes no messages from ${name} at present`,
        message: `${SENDING_ADVICE.get(change.current ?? '') ?? 'See the number’s sending limits for the reason.'} (${change.current ?? 'no code'})`,
      }),
    }),
  ];
}

const SENDING_ADVICE: ReadonlyMap<string, string> = new Map([
  ['368', 'The account is blocked for a time for breaking a policy. See WhatsApp Manager.'],
  ['131031', 'The account is locked. See WhatsApp Manager for the reason, and appeal there.'],
  ['131037', 'The display name has to be approved first.'],
  ['131042', 'Something is wrong with the payment method. See Meta’s billing settings.'],
  ['131045', 'The registration is broken. Register the number again.'],
  ['133010', 'The number is not registered. Register it with POST /phone-numbers/{id}/register.'],
]);

const SECURITY: ReadonlyMap<string, string> = new Map([
  ['PIN_CHANGED', 'The two-step PIN was changed'],
  ['PIN_RESET_REQUEST', 'Somebody asked Meta to switch the two-step PIN off'],
  ['PIN_REQUEST_SUCCESS', 'The two-step PIN was switched off'],
]);

function ofSecurity(update: Update, change: WhatsAppFurtherChange): Finding {
  const what = SECURITY.get(change.current ?? '') ?? `Meta told ${change.current ?? 'something'}`;
  return aboutNumber(update, change, {
    kind: 'whatsapp.number_security',
    topic: 'number.security',
    severity: 'warning',
    isLasting: false,
    one: (name) => ({
      title: `${what}: ${name}`,
      message:
        'If it was nobody of yours, see in WhatsApp Manager who has access and set a new PIN; a number without a PIN can be taken over.',
    }),
  });
}

function limitInWords(tier: string | null): string {
  if (tier === null) return 'unknown';
  const text = tier.replace(/^TIER_/, '');
  return text === 'UNLIMITED' ? 'unlimited' : `${text.replace(/K$/, ',000')} people in 24 hours`;
}
