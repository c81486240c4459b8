export class WebhookStatsDto {
  /** Deliveries that are stored and not processed yet. @example 0 */
  pending!: number;
  /** How long the oldest of them has waited, in milliseconds: the lag. Null when none waits. @example 120 */
  oldestPendingAgeMs!: number | null;
  /** Pending ones that have failed before. @example 0 */
  retrying!: number;
  /** Deliveries for numbers or Pages that nobody has connected. @example 0 */
  quarantined!: number;
  /** Deliveries that failed every time and wait for a replay. @example 0 */
  dead!: number;
  /** @example 42 */
  receivedLastMinute!: number;
  /** @example 2310 */
  receivedLastHour!: number;
  /** @example 42 */
  processedLastMinute!: number;
}
