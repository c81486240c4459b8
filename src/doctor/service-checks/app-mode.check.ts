import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';

/**
 * Whether the app is live. None of the fields and edges of an app that Meta documents says so, and no call is answered otherwise
 * for it; so this says where to look, at each examination, instead of leaving out the commonest reason of silence.
 */
@Injectable()
export class AppModeCheck implements Check {
  readonly name = 'app-mode';
  readonly subject = 'the mode of the Meta app';

  constructor(private readonly config: AppConfig) {}

  look(): Promise<Finding[]> {
    return Promise.resolve([
      about(
        this.name,
        this.subject,
      )({
        severity: 'info',
        title: 'Whether the app is live cannot be read from Meta: look at it yourself',
        explanation:
          'While an app is in development, Meta sends only events of people with a role on it, and lets it write to nobody else in Messenger. Everything else may look well meanwhile, and your own tests arrive.',
        fix: `Open the app ${this.config.env.META_APP_ID} at https://developers.facebook.com/apps and see App mode at the top, or Publish in the menu: it has to say Live or Published. See there under App Review, too, whether the permissions have Advanced Access.`,
      }),
    ]);
  }
}
