import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MailModule } from '../../platform/mail/mail.module.js';
import { PasswordsModule } from '../../platform/passwords/passwords.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountsService } from './accounts/accounts.service.js';
import { Credentials } from './accounts/credentials.js';
import { Letters } from './accounts/letters.js';
import { PasswordEntity } from './accounts/password.entity.js';
import { SecurityEventEntity } from './accounts/security-event.entity.js';
import { SecurityEvents } from './accounts/security-events.js';
import { SignInNameEntity } from './accounts/sign-in-name.entity.js';
import { SignInService } from './accounts/sign-in.service.js';
import { UserEntity } from './accounts/user.entity.js';
import { AuthWorker } from './auth.worker.js';
import { KeyStatementEntity } from './keys/key-statement.entity.js';
import { PrivateKeyEntity } from './keys/private-key.entity.js';
import { RecoveryCodeEntity } from './keys/recovery-code.entity.js';
import { SlotEntity } from './keys/slot.entity.js';
import { AccessStrategy } from './sessions/access.strategy.js';
import { AccessTokens } from './sessions/access-tokens.js';
import { DeviceEntity } from './sessions/device.entity.js';
import { Expiry } from './sessions/expiry.js';
import { SessionEntity } from './sessions/session.entity.js';
import { SessionSlots } from './sessions/session-slots.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';

const entities = [
  UserEntity,
  SignInNameEntity,
  PasswordEntity,
  DeviceEntity,
  SessionEntity,
  SlotEntity,
  RecoveryCodeEntity,
  KeyStatementEntity,
  PrivateKeyEntity,
  SecurityEventEntity,
];

/** Accounts, the ways in and out of them, and the keys that belong to each. */
@Module({
  imports: [TypeOrmModule.forFeature(entities), JwtModule.register({}), LedgerModule, PassportModule, PasswordsModule],
  controllers: [AccountsController, SessionsController],
  providers: [
    AccountsService,
    AccountsRepository,
    Credentials,
    SecurityEvents,
    SignInService,
    SessionsService,
    SessionsRepository,
    SessionSlots,
    AccessTokens,
    AccessStrategy,
  ],
})
export class AuthModule {}

/** What auth does about events. */
@Module({
  imports: [TypeOrmModule.forFeature(entities), MailModule],
  providers: [AuthWorker, Letters, AccountsRepository, Expiry],
})
export class AuthWorkerModule {}
