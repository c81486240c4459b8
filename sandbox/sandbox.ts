import Fastify, { type FastifyInstance } from 'fastify';

import { SandboxContext } from './context';
import { SandboxControl } from './control/control';
import { serveControl } from './control/control.routes';
import { GraphRouter } from './graph/graph-router';
import { serveGraph } from './graph/graph-server';
import { registerBlockedUsers } from './whatsapp-accounts/blocked-users.routes';
import { registerCalls } from './features/calls.routes';
import { registerFlowEncryption } from './features/flow-encryption.routes';
import { registerFlows } from './features/flows.routes';
import { registerGroupMembers } from './features/group-members.routes';
import { registerGroups } from './features/groups.routes';
import { registerSmbSync } from './whatsapp-accounts/smb-sync.routes';
import { registerUploads } from './graph/uploads.routes';
import { registerInstagramLogin } from './login/instagram-login.routes';
import { registerMedia } from './messages/media.routes';
import { registerMessages } from './messages/messages.routes';
import { registerDialog } from './login/oauth-dialog.routes';
import { registerOAuth } from './login/oauth.routes';
import { registerSignupSdk } from './login/signup-sdk.routes';
import { registerDirectFiles } from './direct/direct-files';
import { registerDirectNodes } from './direct/direct-nodes';
import { registerDirectSend } from './direct/direct-send.routes';
import { registerMessengerProfile } from './direct/messenger-profile.routes';
import { registerThreadControl } from './direct/thread-control.routes';
import { instagramType } from './instagram/instagram-accounts.routes';
import { registerInstagramComments } from './instagram/instagram-comments.routes';
import { registerInstagramMedia } from './instagram/instagram-media.routes';
import { registerInstagramMentions } from './instagram/instagram-mentions';
import { registerInstagramPublishing } from './instagram/publishing.routes';
import { registerPageSubscriptions } from './pages/page-subscriptions.routes';
import { registerComments } from './pages/comments.routes';
import { registerLeads } from './pages/leads.routes';
import { pageType, registerPagePictures } from './pages/pages.routes';
import { registerPhotos } from './pages/photos.routes';
import { registerPictures } from './pages/post-pictures';
import { registerPosts } from './pages/posts.routes';
import { registerPublishing } from './pages/publishing.routes';
import { registerReels } from './pages/reels.routes';
import { registerVideos } from './pages/videos.routes';
import { registerPeople } from './direct/people.routes';
import { registerBusinessProfile } from './whatsapp-accounts/business-profile.routes';
import { phoneType } from './whatsapp-accounts/phone-numbers.routes';
import { registerPhoneRegistration } from './whatsapp-accounts/phone-registration.routes';
import { registerPhoneSettings } from './whatsapp-accounts/phone-settings.routes';
import { registerQrCodes } from './whatsapp-accounts/qr-codes.routes';
import { patchSettings, type SettingsPatch } from './settings';
import { registerSubscriptions } from './webhooks/subscriptions.routes';
import { listTemplates, registerTemplates, templateType } from './templates/templates.routes';
import { registerWabas, wabaType } from './whatsapp-accounts/whatsapp-accounts.routes';
import { SEED, seedWorld, type SeedApp } from './world-seed';

export interface SandboxOptions {
  /** 0 (default) takes a free port. */
  port?: number;
  host?: string;
  /** The Meta apps that exist; one with the seed's id and secret where left out. */
  apps?: SeedApp[];
  /** Delays, limits and habits; all can be changed later through `control.configure`. */
  settings?: SettingsPatch;
  /** Origin for URLs in webhooks, where it differs from the listening address. */
  publicUrl?: string;
}

export interface Sandbox {
  /** Origin, as `http://127.0.0.1:4010`: the Graph URL, dialog URL and Instagram URLs of a client under test. */
  url: string;
  port: number;
  control: SandboxControl;
  close(): Promise<void>;
}

const LARGEST_BODY_BYTES = 110 * 1024 * 1024;

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const context = new SandboxContext();
  const apps = options.apps ?? [{ appId: SEED.appId, appSecret: SEED.appSecret }];
  const seed = (): void => {
    if (options.settings) patchSettings(context.settings, options.settings);
    seedWorld(context, apps);
  };
  seed();
  const control = new SandboxControl(context, seed);
  const server = buildServer(context, control);
  await server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  context.publicUrl = options.publicUrl ?? url;
  return {
    url,
    port,
    control,
    async close() {
      context.sender.close();
      context.links.clear();
      context.clock.clear();
      context.http.close();
      await server.close();
      context.clock.clear(); // what calls under way have scheduled in the meantime
    },
  };
}

function buildServer(context: SandboxContext, control: SandboxControl): FastifyInstance {
  const server = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  serveControl(server, control);
  serveGraph(server, context, buildRouter(context));
  return server;
}

function buildRouter(context: SandboxContext): GraphRouter {
  const router = new GraphRouter(context);
  const phone = phoneType(context);
  const instagram = instagramType(context);
  const page = pageType(context, instagram);
  const waba = wabaType(context, { phone, template: templateType, listTemplates: listTemplates(context) });
  registerDialog(router, context);
  registerSignupSdk(router, context);
  registerOAuth(router, context);
  registerInstagramLogin(router, context);
  registerPeople(router, context, { waba, page });
  registerSubscriptions(router, context);
  registerWabas(router, context, waba);
  router.type('phone', phone);
  registerBusinessProfile(router);
  registerPhoneRegistration(router, context);
  registerPhoneSettings(router, context);
  registerQrCodes(router, context);
  registerSmbSync(router, context);
  registerFlowEncryption(router);
  registerFlows(router, context);
  registerGroups(router, context);
  registerGroupMembers(router, context);
  registerCalls(router, context);
  registerTemplates(router, context);
  registerMessages(router, context);
  registerBlockedUsers(router, context);
  registerMedia(router, context);
  registerUploads(router, context);
  router.type('page', page);
  router.type('instagram', instagram);
  registerPageSubscriptions(router, context);
  registerPagePictures(router);
  registerPosts(router, context);
  registerComments(router, context);
  registerPublishing(router, context);
  registerPhotos(router, context);
  registerPictures(router, context);
  registerVideos(router, context);
  registerReels(router, context);
  registerLeads(router);
  registerInstagramPublishing(router, context);
  registerInstagramMedia(router, context);
  registerInstagramComments(router, context);
  registerInstagramMentions(router, context);
  registerDirectNodes(router, context);
  registerDirectSend(router, context);
  registerMessengerProfile(router, context);
  registerThreadControl(router, context);
  registerDirectFiles(router, context);
  return router;
}
