import { AppError } from '../../errors/app.error';
import type { TemplateFinding } from './template-rule-catalogue';

/** One of Meta's rules that a template, or the use made of it, breaks. */
export interface TemplateProblem {
  /** Where in the request, as `components.1.buttons.0.text`. */
  path: string;
  /** Stable; branch on this. As `body.variable_first`. */
  rule: string;
  /** What is wrong and what to write instead. */
  message: string;
}

/** Meta would refuse the template, or the use that is made of it. Nothing was sent to Meta. */
export class TemplateInvalidError extends AppError {
  readonly code = 'TEMPLATE_INVALID';
  readonly status = 422;

  /** @param findings of the linter, where it was what found the problems: with fixes, and warnings besides */
  constructor(problems: readonly TemplateProblem[], findings?: readonly TemplateFinding[]) {
    super(problems[0]?.message ?? 'Meta would refuse this template.', {
      problems,
      ...(findings === undefined ? {} : { findings }),
    });
  }
}
