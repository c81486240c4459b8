import { perSecond, type Throughput } from '../sending/throughput';

/** So many seconds of a number's speed are ordered ahead: enough never to run dry, little to hold back at a pause. */
const SECONDS_AHEAD = 15;

/** How many orders of a campaign may wait for their turn. */
export function lookaheadOf(number: Throughput): number {
  return perSecond(number) * SECONDS_AHEAD;
}
