import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-strategy';
import type { Caller } from '../caller.js';
import { ApiKeysService } from './api-keys.service.js';

export const API_KEY = 'api-key';

type Done = (error: Error | null, caller?: Caller | null) => void;

/** Passport's own base class, with the one method that it asks for. */
class KeyStrategy extends Strategy {
  constructor(private readonly verify: (request: unknown, done: Done) => void) {
    super();
  }

  override authenticate(request: unknown): void {
    this.verify(request, (error, caller) => {
      if (error) this.error(error);
      else if (caller) this.success(caller);
      else this.fail(401);
    });
  }
}

/** Who sends an API key in the place of an access token. */
@Injectable()
export class ApiKeyStrategy extends PassportStrategy(KeyStrategy, API_KEY) {
  constructor(private readonly keys: ApiKeysService) {
    super();
  }

  async validate({ headers }: FastifyRequest): Promise<Caller | null> {
    const [, key] = /^bearer (dbk_\S+)$/i.exec(headers.authorization ?? '') ?? [];
    return key === undefined ? null : this.keys.open(key);
  }
}
