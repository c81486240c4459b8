import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, IsUrl, Length, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { QueryBoolean } from '../../http/query-fields';
import { SIGNUP_EVENTS, STEP_STATES, type SignupEvent, type StepState } from '../signup-follow-up';

const SIGNUP_STEPS = ['import', 'subscribe', 'register', 'contacts', 'history'];
const PLATFORMS = ['facebook', 'instagram'] as const;
type Platform = (typeof PLATFORMS)[number];

const META_ID = /^\d{1,32}$/;
const WEB_ADDRESS = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };
const REDIRECT_URI_MAX = 2_000;

export class LoginUrlQuery {
  /** Where Meta sends the person back to, exactly as it will be sent to `connect`. */
  @ApiProperty({ type: String, example: 'https://app.example.com/meta/callback' })
  @IsUrl(WEB_ADDRESS)
  @Length(1, REDIRECT_URI_MAX)
  redirectUri!: string;

  /** Facebook Login (WhatsApp, Pages, Instagram through a Page), or Instagram Login. */
  @ApiProperty({ type: String, enum: PLATFORMS, required: false, default: 'facebook' })
  @IfPresent()
  @IsIn(PLATFORMS)
  platform?: Platform;

  /** Ask again for permissions that the person declined the last time. */
  @IfPresent() @QueryBoolean() rerequest?: boolean;
}

export class LoginUrlDto {
  /** Open it in the person's browser. */
  @ApiProperty({
    type: String,
    example:
      'https://www.facebook.com/v26.0/dialog/oauth?client_id=1234567890&redirect_uri=https%3A%2F%2Fapp.example.com%2Fmeta%2Fcallback&state=…&response_type=code&scope=whatsapp_business_management',
  })
  url!: string;

  /** Comes back with the code. Good for ten minutes, for one `connect`, by the user who asked for it. */
  @ApiProperty({ type: String, example: 'Yx3…q2.tl9k3c.facebook.K0…8s' })
  state!: string;
}

export class ConnectDto {
  /** What Meta's dialog, or Embedded Signup, gave to the browser. It works once, and not for long. */
  @ApiProperty({ type: String, example: 'AQBx-hBsH3…' })
  @IsString()
  @Length(1, 8_000)
  code!: string;

  /** The address that the dialog was opened with, byte for byte. Needed unless `wabaId` or `state` is sent. */
  @ApiProperty({ type: String, required: false, example: 'https://app.example.com/meta/callback' })
  @IfPresent()
  @IsUrl(WEB_ADDRESS)
  @Length(1, REDIRECT_URI_MAX)
  redirectUri?: string;

  /** The `state` that came back. Send it whenever the dialog was opened with one: it is what stops forged logins. */
  @ApiProperty({ type: String, required: false, example: 'Yx3…q2.tl9k3c.facebook.K0…8s' })
  @IfPresent()
  @IsString()
  @Length(1, 500)
  state?: string;

  /** Which login the code is of; the one that `state` was issued for if there is one, else `facebook`. */
  @ApiProperty({ type: String, enum: PLATFORMS, required: false })
  @IfPresent()
  @IsIn(PLATFORMS)
  platform?: Platform;

  /** Embedded Signup: `waba_id` of its `FINISH` event. The code is then exchanged without `redirectUri`. */
  @ApiProperty({ type: String, required: false, example: '524126980791429' })
  @IfPresent()
  @Matches(META_ID)
  wabaId?: string;

  /** Embedded Signup: `phone_number_id` of the same event, which has none if no number was added. */
  @ApiProperty({ type: String, required: false, example: '106540352242922' })
  @IfPresent()
  @Matches(META_ID)
  phoneNumberId?: string;

  /** Embedded Signup: `business_id` of the same event. Taken so that the event can be sent whole; nothing depends on it. */
  @ApiProperty({ type: String, required: false, example: '2729063490586005' })
  @IfPresent()
  @Matches(META_ID)
  businessId?: string;

  /**
   * Embedded Signup: `event` of the same event. Left out, it is `FINISH`, or `FINISH_ONLY_WABA` without a number. After
   * `FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING` the number stays on the phone app: it is not registered, and its contacts
   * and past chats are asked for. A `CANCEL` goes to `signup-cancellations`.
   */
  @ApiProperty({ type: String, enum: SIGNUP_EVENTS, required: false })
  @IfPresent()
  @IsIn(SIGNUP_EVENTS)
  event?: SignupEvent;

  /** Embedded Signup: two-step PIN to register the number with, needed if it has one already. Else one is made up. */
  @ApiProperty({ type: String, required: false, example: '739164' })
  @IfPresent()
  @Matches(/^\d{6}$/, { message: 'pin must be six digits' })
  pin?: string;
}

export class SignupStepErrorDto {
  /** As in an error answer. */
  @ApiProperty({ type: String, example: 'META_REJECTED' })
  code!: string;

  /** What went wrong and what to do. */
  @ApiProperty({ type: String, example: 'The two-step PIN is wrong.' })
  message!: string;
}

/** One thing that is done for what Embedded Signup brought in. */
export class SignupStepDto {
  /**
   * `import`: reading the account and its numbers. `subscribe`: having their events sent here. `register`: putting the
   * number on the Cloud API. `contacts`, `history`: asking for what the phone app holds.
   */
  @ApiProperty({ type: String, enum: SIGNUP_STEPS, example: 'register' })
  step!: string;

  /** `pending` and `running` steps go on by themselves. */
  @ApiProperty({ type: String, enum: STEP_STATES, example: 'done' })
  state!: StepState;

  /** Why the last attempt did not succeed. */
  @ApiProperty({ type: SignupStepErrorDto, nullable: true })
  error!: SignupStepErrorDto | null;
}

/** How far what Embedded Signup brought in is from being ready. */
export class SignupProgressDto {
  /** For `POST /api/meta/whatsapp/account/onboardings/{id}/retry`. */
  @ApiProperty({ type: String, format: 'uuid' })
  onboardingId!: string;

  /** `failed`: a step needs somebody to do something; its `error` says what. */
  @ApiProperty({ type: String, enum: ['running', 'complete', 'failed'], example: 'complete' })
  state!: 'running' | 'complete' | 'failed';

  @ApiProperty({ type: [SignupStepDto] })
  steps!: SignupStepDto[];
}

export class ConnectedDto {
  /** After Embedded Signup: what was done so far. It goes on by itself. `null` for other logins. */
  @ApiProperty({ type: SignupProgressDto, nullable: true })
  onboarding!: SignupProgressDto | null;

  /** Ours, for every `accountId` of this API. The same as before when the same person connects again. */
  @ApiProperty({ type: String, format: 'uuid' })
  accountId!: string;

  @ApiProperty({ type: String, enum: ['connected'] })
  status!: 'connected';

  /** What the person granted. */
  @ApiProperty({ type: [String], example: ['whatsapp_business_management', 'whatsapp_business_messaging'] })
  permissions!: string[];

  /** What was asked for and refused; `rerequest` of the login URL asks again. */
  @ApiProperty({ type: [String], example: ['pages_messaging'] })
  declinedPermissions!: string[];

  /** When the token expires; it is renewed before that. `null` = never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;
}
