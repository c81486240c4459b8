/** How Meta's figures of WhatsApp accounts are told. */
export interface AnalyticsSettings {
  /** What happened is counted only after so long; Meta's figures are late, nobody says how much. */
  lagMs: number;
  /** `data` of prices and conversations stands at the top of the answer, as one of Meta's examples has it. */
  dataAtTop: boolean;
  /** Costs are left out, as where a partner pays. */
  hidesCost: boolean;
  /** Combinations with one of these dimensions are refused, as Meta does with some. */
  refusedDimensions: string[];
  /** A correction: so many messages of every point are taken back, down to nothing. */
  takenBack: number;
  /** Clicks of each template's buttons, by what is written on them; `hidden` as in the EU and the UK. */
  clicks: 'counted' | 'hidden';
}

export function defaultAnalytics(): AnalyticsSettings {
  return {
    lagMs: 0,
    dataAtTop: false,
    hidesCost: false,
    refusedDimensions: [],
    takenBack: 0,
    clicks: 'counted',
  };
}
