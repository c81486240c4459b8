/** What an endpoint wants to be told. */
export interface EventFilter {
  /** Exact types, `message.*` for all that begin so, `*` for all. */
  eventTypes: readonly string[];
  /** Empty: all. */
  platforms: readonly string[];
  /** Ids of numbers, Pages and Instagram accounts. Empty: all. */
  channelIds: readonly string[];
}

/** Where an event happened; null where it belongs to no one platform or channel. */
export interface EventPlace {
  platform: string | null;
  channelId: string | null;
}

export function wantsType({ eventTypes }: Pick<EventFilter, 'eventTypes'>, type: string): boolean {
  return eventTypes.some(
    (wanted) =>
      wanted === '*' ||
      wanted === type ||
      (wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1)) && type.length > wanted.length - 1),
  );
}

/** What belongs to the account as a whole is narrowed by no platform and no channel. */
export function wantsPlace(
  { platforms, channelIds }: Pick<EventFilter, 'platforms' | 'channelIds'>,
  { platform, channelId }: EventPlace,
): boolean {
  if (platforms.length > 0 && platform !== null && !platforms.includes(platform)) return false;
  return channelIds.length === 0 || channelId === null || channelIds.includes(channelId);
}

/** Whether a filter can match anything. @param known all types that there are */
export function isEventTypeFilter(wanted: string, known: readonly string[]): boolean {
  if (wanted === '*') return true;
  return wanted.endsWith('.*')
    ? wanted.length > 2 && known.some((type) => type.startsWith(wanted.slice(0, -1)))
    : known.includes(wanted);
}
