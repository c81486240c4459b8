import type { DiscoveredPage } from './facebook-api';

/** Any one of each line. Meta subscribes a Page for those who manage or moderate it. */
const NEEDED_TASKS = [['MESSAGING'], ['MODERATE', 'MANAGE']] as const;

/** What the person lacks on a Page for it to be connected, by Meta's names; nothing where Meta does not say. */
export function missingTasks(tasks: readonly string[] | null): string[] {
  if (tasks === null) return [];
  return NEEDED_TASKS.filter((any) => !any.some((task) => tasks.includes(task))).map(([first]) => first);
}

/** Why a Page cannot be connected, or does not work as it is, for people; null where nothing is in the way. */
export function obstacleOf({
  name,
  tasks,
  hasToken,
}: Pick<DiscoveredPage, 'name' | 'tasks'> & { hasToken: boolean | null }): string | null {
  const missing = missingTasks(tasks);
  if (missing.length > 0)
    return `The person who connected this account may not do enough on the Page ${name} and lacks ${missing.join(' and ')} there. Have that given to them in Meta Business Suite, then connect the Page again.`;
  if (hasToken === false)
    return `Meta gives no token for the Page ${name}. Connect the account again and select this Page in Meta's dialog.`;
  return null;
}
