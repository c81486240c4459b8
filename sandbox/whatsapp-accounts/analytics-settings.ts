/** How Meta's figures of WhatsApp accounts are told. */
export interface AnalyticsSettings {
  /** What happened is counted only after so long: Meta's figures are late, and nobody says how much. */
  lagMs: number;
  /** Costs are left out, as where a partner pays. */
  hidesCost: boolean;
  /** Combinations with one of these dimensions are refused, as Meta does with some. */
  refusedDimensions: string[];
  /** A correction: so many messages of every point are taken back, down to nothing. */
  takenBack: number;
}

export function defaultAnalytics(): AnalyticsSettings {
  return { lagMs: 0, hidesCost: false, refusedDimensions: [], takenBack: 0 };
}
