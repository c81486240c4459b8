import { createPublicKey } from 'node:crypto';

import { requireScope } from '../graph/access';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import type { GraphRouter } from '../graph/graph-router';
import { textOf } from '../json';

const KEY_BITS = 2048;

/** The public key that flows of a number are encrypted with. */
export function registerFlowEncryption(router: GraphRouter): void {
  router.on('GET', 'phone', 'whatsapp_business_encryption', (phone) => ({
    data:
      phone.encryptionKey === null
        ? []
        : [
            {
              business_public_key: phone.encryptionKey,
              business_public_key_signature_status: phone.encryptionKeyIsSigned ? 'VALID' : 'MISMATCH',
            },
          ],
  }));
  router.on('POST', 'phone', 'whatsapp_business_encryption', (phone, { params, token }) => {
    requireScope(token, 'whatsapp_business_messaging', phone.wabaId);
    const pem = textOf(params.business_public_key);
    if (pem === undefined) throw missingParameter('business_public_key');
    if (!isUsable(pem))
      throw invalidParameter('Param business_public_key must be a 2048-bit RSA key in PEM.');
    phone.encryptionKey = pem;
    phone.encryptionKeyIsSigned = true;
    return { success: true };
  });
}

function isUsable(pem: string): boolean {
  if (!pem.includes('PUBLIC KEY')) return false;
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === KEY_BITS;
  } catch {
    return false;
  }
}
