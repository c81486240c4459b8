import type { SandboxContext } from '../context';
import { containerStatus, containerType } from './container-status';
import { checkImage, fetchVideo } from './container-files';
import { readContainerPlan, type ContainerPlan } from './container-rules';
import { registerContainerUpload, uploadUrl } from './container-upload.routes';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import { requireInstagram, requireInstagramTask } from './instagram-access';
import { publishingError } from './instagram-errors';
import { publishContainer } from './instagram-publishing';
import type { InstagramContainerRecord } from './instagram-records';
import { newObjectId } from '../ids';
import { textOf, type JsonObject } from '../json';
import { DAY_MS } from '../login/tokens';
import { parseFields } from '../graph/field-selection';
import { pickFields, type EdgeReader } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { tokenOf } from '../pages/page-access';
import type { InstagramRecord } from '../world';

/** Publishing in two steps: a container, and what it becomes once it is finished. */
export function registerInstagramPublishing(router: GraphRouter, context: SandboxContext): void {
  router.type('instagram-container', containerType(context));
  router.on('POST', 'instagram', 'media', (account, request) => createContainer(context, account, request));
  router.on('POST', 'instagram', 'media_publish', (account, request) => publish(context, account, request));
  router.on('GET', 'instagram-container', '', (container, { token }) => {
    requireInstagram(token, 'basic', context.world.get('instagram', container.instagramId));
    return undefined;
  });
  registerContainerUpload(router, context);
}

function requirePublishing(
  context: SandboxContext,
  account: InstagramRecord,
  { token }: AuthenticatedRequest,
): void {
  requireInstagram(token, 'publishing', account);
  requireInstagramTask(context, account, token, 'CREATE_CONTENT');
  if (account.profile.isRestricted) throw publishingError(2207050);
}

async function createContainer(
  context: SandboxContext,
  account: InstagramRecord,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  requirePublishing(context, account, request);
  const plan = readContainerPlan(request.params);
  checkChildren(context, account, request.token.appId, plan.childIds);
  if (plan.imageUrl !== undefined) {
    await checkImage(context, plan.imageUrl, { hasFreeShape: plan.purpose === 'STORY' });
  }
  if (plan.coverUrl !== undefined) await checkImage(context, plan.coverUrl, { hasFreeShape: true });
  checkContainersPerDay(context, account);
  const container = addContainer(context, account, request.token.appId, plan);
  if (plan.videoUrl !== undefined) fetchVideo(context, container, plan.videoUrl);
  return plan.isResumable
    ? { id: container.id, uri: uploadUrl(request, container.id) }
    : { id: container.id };
}

/** Items must be this app's, made for a carousel, finished, and of no other one yet. */
function checkChildren(
  context: SandboxContext,
  account: InstagramRecord,
  appId: string,
  childIds: readonly string[],
): void {
  for (const id of childIds) {
    const child = findContainer(context, account, appId, id);
    if (child.purpose !== 'CAROUSEL_ITEM') {
      throw invalidParameter(`Param children: ${id} was not made with is_carousel_item.`);
    }
    const { code } = containerStatus(context, child);
    if (code === 'EXPIRED') throw publishingError(2207020);
    if (code === 'PUBLISHED') throw publishingError(2207008);
    if (code !== 'FINISHED') throw publishingError(2207027);
  }
}

function findContainer(
  { world }: SandboxContext,
  account: InstagramRecord,
  appId: string,
  id: string,
): InstagramContainerRecord {
  const container = world.findKind('instagram-container', id);
  if (container?.instagramId !== account.id || container.appId !== appId) {
    throw publishingError(
      2207008,
      `The media builder with creation id = ${id} does not exist or has been expired.`,
    );
  }
  return container;
}

function checkContainersPerDay({ world, clock, settings }: SandboxContext, account: InstagramRecord): void {
  const limit = settings.instagram.containersPerDay;
  if (limit <= 0) return;
  const since = clock.now() - DAY_MS;
  const made = world
    .all('instagram-container')
    .filter(({ instagramId, createdAt }) => instagramId === account.id && createdAt > since);
  if (made.length >= limit) throw publishingError(2207042);
}

function addContainer(
  context: SandboxContext,
  account: InstagramRecord,
  appId: string,
  plan: ContainerPlan,
): InstagramContainerRecord {
  const { clock, settings, world, instagram } = context;
  const { mediaType, purpose, caption, altText, tags, collaborators, isSharedToFeed, childIds } = plan;
  const now = clock.now();
  const { imageProcessingMs, videoProcessingMs } = settings.instagram;
  const processingMs = mediaType === 'VIDEO' ? videoProcessingMs : imageProcessingMs;
  const isWaitingForBytes = plan.isResumable || plan.videoUrl !== undefined;
  const container = world.add<InstagramContainerRecord>({
    kind: 'instagram-container',
    id: `178${newObjectId().slice(0, 14)}`,
    instagramId: account.id,
    appId,
    mediaType,
    purpose,
    caption,
    tags,
    collaborators,
    isSharedToFeed,
    childIds,
    createdAt: now,
    readyAt: now + processingMs,
    isWaitingForBytes,
    ...(altText !== undefined && { altText }),
    ...(plan.isResumable && { upload: { received: 0 } }),
  });
  const rule = instagram.takeRule(account.id);
  if (rule) {
    container.verdict = {
      outcome: rule.outcome,
      subcode: rule.subcode ?? 2207026,
      at: now + (rule.afterMs ?? processingMs),
    };
  }
  return container;
}

function publish(
  context: SandboxContext,
  account: InstagramRecord,
  request: AuthenticatedRequest,
): JsonObject {
  requirePublishing(context, account, request);
  const id = textOf(request.params.creation_id);
  if (id === undefined) throw missingParameter('creation_id');
  const container = findContainer(context, account, request.token.appId, id);
  if (container.purpose === 'CAROUSEL_ITEM') {
    throw invalidParameter('An item of a carousel cannot be published by itself.');
  }
  const { code } = containerStatus(context, container);
  if (code === 'PUBLISHED') throw publishingError(2207008);
  if (code === 'EXPIRED') throw publishingError(2207020);
  if (code !== 'FINISHED') throw publishingError(2207027);
  const { postsPerDay } = context.settings.instagram;
  if (postsPerDay > 0 && quotaUsage(context, account, DAY_MS) >= postsPerDay) throw publishingError(2207042);
  return { id: publishContainer(context, account, container).id };
}

/** Also what was deleted since counts. */
function quotaUsage(
  { instagram, clock }: SandboxContext,
  account: InstagramRecord,
  withinMs: number,
): number {
  const since = clock.now() - withinMs;
  return instagram.published.filter(
    ({ instagramId, publishedAt }) => instagramId === account.id && publishedAt > since,
  ).length;
}

/** `content_publishing_limit`: without `fields` only how much is used. */
export function publishingLimit(context: SandboxContext): EdgeReader<InstagramRecord> {
  return (account, read) => {
    requireInstagram(tokenOf(read.request), 'publishing', account);
    const { since } = read.args;
    const now = context.clock.now();
    const sinceMs = since === undefined ? now - DAY_MS : Number(since) * 1000;
    if (Number.isNaN(sinceMs) || sinceMs > now || now - sinceMs > DAY_MS + 1000) {
      throw invalidParameter('Param since must be a Unix timestamp of the last 24 hours.');
    }
    const item = {
      quota_usage: quotaUsage(context, account, now - sinceMs),
      config: { quota_total: context.settings.instagram.postsPerDay, quota_duration: DAY_MS / 1000 },
    };
    return { data: [pickFields(item, read.children ?? parseFields('quota_usage'))] };
  };
}
