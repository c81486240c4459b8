/** Which parts of the product an account's permissions open. */
export interface ConnectedPlatforms {
  whatsapp: boolean;
  facebook: boolean;
  instagram: boolean;
}

export function platformsOf(permissions: readonly string[]): ConnectedPlatforms {
  const has = (pattern: RegExp): boolean => permissions.some((permission) => pattern.test(permission));
  return {
    whatsapp: has(/^whatsapp_business_(messaging|management)$/),
    facebook: has(/^pages_/),
    instagram: has(/^instagram_(business_)?basic$/),
  };
}

/** Those of `before` that are not in `after`, each once, in the order they had. */
export function lostPermissions(before: readonly string[], after: readonly string[]): string[] {
  const kept = new Set(after);
  return [...new Set(before)].filter((permission) => !kept.has(permission));
}
