import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserId } from '../../platform/ids.js';
import { type Feature, features } from './features.js';
import { sizes } from './sizes.js';
import { Storage } from './storage.js';
import type { FeaturesView, TierName } from './tiers.schema.js';

/** What the accounts of each tier may do. */
@Injectable()
export class Tiers {
  constructor(
    private readonly storage: Storage,
    private readonly config: Config,
  ) {}

  async featuresOf(tx: Tx, userId: UserId, tier: TierName): Promise<FeaturesView> {
    const { usedBytes, quotaBytes } = await this.storage.of(tx, userId);
    const has = (feature: Feature) => features[feature].includes(tier);
    return {
      tier,
      features: {
        search: has('search'),
        server_side_export: has('server_side_export'),
        facebook_push: has('facebook_push') && this.config.values.FACEBOOK_APP_ID !== undefined,
        ai: has('ai'),
      },
      storage: { used_bytes: usedBytes, quota_bytes: quotaBytes },
      limits: {
        body_bytes_max: sizes.bodyBytesMax,
        upload_bytes_max: this.config.values.UPLOAD_BYTES_MAX,
        content_bytes_max: sizes.contentBytesMax,
        title_characters_max: sizes.titleCharactersMax,
        tags_max: sizes.tagsMax,
        tag_characters_max: sizes.tagCharactersMax,
        versions_max: sizes.versionsMax,
        batch_max: sizes.batchMax,
        sessions_max: sizes.sessionsMax,
        api_keys_max: sizes.apiKeysMax,
      },
    };
  }
}
