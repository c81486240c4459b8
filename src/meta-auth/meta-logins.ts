import { Injectable } from '@nestjs/common';
import type { LoginKind } from './entities/meta-account.entity';
import { FacebookLogin } from './facebook-login.service';
import { InstagramLogin } from './instagram-login.service';
import type { MetaLogin } from './meta-login';

/** The way in that an account came by. */
@Injectable()
export class MetaLogins {
  constructor(
    private readonly facebook: FacebookLogin,
    private readonly instagram: InstagramLogin,
  ) {}

  of(kind: LoginKind): MetaLogin {
    return kind === 'instagram' ? this.instagram : this.facebook;
  }
}
