import { ready } from '@daybook/sdk/crypto';
import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Secrets } from './keyring.js';
import { ServerSecrets } from './server-secrets.js';

/** The operator's secrets, and the cryptographic library, loaded before anybody can ask for either. */
@Global()
@Module({
  providers: [
    {
      provide: Secrets,
      inject: [Config],
      useFactory: async (config: Config) => {
        await ready();
        return new Secrets(config);
      },
    },
    ServerSecrets,
  ],
  exports: [Secrets, ServerSecrets],
})
export class SecretsModule {}
