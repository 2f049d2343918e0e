import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Problems } from '../../platform/http/returns.js';
import { NotInYourTier } from './tiers.problems.js';
import type { TierName } from './tiers.schema.js';

const TIER = 'daybook:tier';

/** Turns callers of the other tier away, before anything of their request is looked at. */
@Injectable()
export class TierGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.get<TierName>(TIER, context.getHandler());
    const { user } = context.switchToHttp().getRequest<FastifyRequest & { user?: { readonly tier: TierName } }>();
    if (user?.tier !== required) throw new NotInYourTier({ required_tier: required });
    return true;
  }
}

/** The one gate of the tiers: a route that only accounts of `tier` have. */
export const OnlyFor = (tier: TierName) =>
  applyDecorators(
    SetMetadata(TIER, tier),
    UseGuards(TierGuard),
    ApiExtension('x-required-tier', tier),
    Problems(NotInYourTier),
  );
