/** What platforms told of a person, each fact with the time of its telling in milliseconds since 1970. */
export interface ContactFacts {
  name: string | null;
  nameToldAt: number | null;
  profile: Record<string, unknown>;
  profileToldAt: Record<string, number>;
}

/** The time of a name that one of the team gave: no platform tells another one after it. */
export const GIVEN_BY_HAND = new Date('9999-01-01T00:00:00Z');

export function noFacts(): ContactFacts {
  return { name: null, nameToldAt: null, profile: {}, profileToldAt: {} };
}

export function factsToldAt(
  at: Date,
  { name, profile }: { name: string | null; profile: Readonly<Record<string, unknown>> },
): ContactFacts {
  const told = at.getTime();
  return {
    name,
    nameToldAt: name === null ? null : told,
    profile: { ...profile },
    profileToldAt: Object.fromEntries(Object.keys(profile).map((key) => [key, told])),
  };
}

/**
 * Of each fact the one told last, and of two told at once the greater: whatever the order in which they are heard, the same
 * remains. `ContactResolver` does it in the database for contacts that are there.
 */
export function laterFacts(a: ContactFacts, b: ContactFacts): ContactFacts {
  const isNameLater = isLater(b.name, b.nameToldAt, a.name, a.nameToldAt);
  const profile = { ...a.profile };
  const profileToldAt = { ...a.profileToldAt };
  for (const [key, value] of Object.entries(b.profile)) {
    const other = Object.hasOwn(a.profile, key) ? JSON.stringify(a.profile[key]) : null;
    const toldAt = b.profileToldAt[key];
    if (!isLater(JSON.stringify(value), toldAt ?? null, other, a.profileToldAt[key] ?? null)) continue;
    profile[key] = value;
    if (toldAt !== undefined) profileToldAt[key] = toldAt;
  }
  return {
    name: isNameLater ? b.name : a.name,
    nameToldAt: isNameLater ? b.nameToldAt : a.nameToldAt,
    profile,
    profileToldAt,
  };
}

/** Facts without a time are older than the times are. */
function isLater(
  fact: string | null,
  at: number | null,
  other: string | null,
  otherAt: number | null,
): boolean {
  if (fact === null || other === null) return fact !== null;
  const [time, otherTime] = [at ?? 0, otherAt ?? 0];
  return time > otherTime || (time === otherTime && isGreater(fact, other));
}

/** As PostgreSQL compares with COLLATE "C": by the bytes of UTF-8, which for some characters is not the order of UTF-16. */
export function isGreater(a: string, b: string): boolean {
  return a !== b && Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
}
