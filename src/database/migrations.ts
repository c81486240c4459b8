import { CreateIdentity1795219200000 } from './migrations/1795219200000-create-identity';
import { CreateMetaAccounts1795219200001 } from './migrations/1795219200001-create-meta-accounts';
import { CreateAssets1795219200002 } from './migrations/1795219200002-create-assets';
import { CreateWebhookInbox1795219200003 } from './migrations/1795219200003-create-webhook-inbox';
import { CreateConversations1795219200004 } from './migrations/1795219200004-create-conversations';
import { CreateWhatsapp1795219200005 } from './migrations/1795219200005-create-whatsapp';
import { CreateDomainEvents1795219200006 } from './migrations/1795219200006-create-domain-events';

/** In the order they run. Listed by hand: a glob would differ between sources and build. */
export const MIGRATIONS = [
  CreateIdentity1795219200000,
  CreateMetaAccounts1795219200001,
  CreateAssets1795219200002,
  CreateWebhookInbox1795219200003,
  CreateConversations1795219200004,
  CreateWhatsapp1795219200005,
  CreateDomainEvents1795219200006,
];
