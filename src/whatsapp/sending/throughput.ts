/** Messages per second that Meta lets a number send. Source: WhatsApp Cloud API, "Throughput". */
const PER_SECOND = { standard: 80, high: 1_000, withPhoneApp: 20 } as const;

export interface Throughput {
  /** `STANDARD`, `HIGH` or `NOT_APPLICABLE`. */
  throughputLevel: string | null;
  /** Also in use in the WhatsApp Business app on a phone. */
  isOnBizApp: boolean | null;
}

export function perSecond({ throughputLevel, isOnBizApp }: Throughput): number {
  if (isOnBizApp === true) return PER_SECOND.withPhoneApp;
  return throughputLevel === 'HIGH' ? PER_SECOND.high : PER_SECOND.standard;
}
