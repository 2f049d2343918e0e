import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MailModule } from '../../platform/mail/mail.module.js';
import { PasswordsModule } from '../../platform/passwords/passwords.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TiersModule } from '../tiers/tiers.module.js';
import { AccountsController } from './accounts/accounts.controller.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { AccountFoundation } from './accounts/account-foundation.js';
import { AccountsService } from './accounts/accounts.service.js';
import { Credentials } from './accounts/credentials.js';
import { ImportedAccounts } from './accounts/imported-accounts.js';
import { ImportedPasswordEntity } from './accounts/imported-password.entity.js';
import { ImportedPasswords } from './accounts/imported-passwords.js';
import { Letters } from './accounts/letters.js';
import { PasswordEntity } from './accounts/password.entity.js';
import { SecurityEventEntity } from './accounts/security-event.entity.js';
import { SecurityEvents } from './accounts/security-events.js';
import { SignInNameEntity } from './accounts/sign-in-name.entity.js';
import { SignInService } from './accounts/sign-in.service.js';
import { UserEntity } from './accounts/user.entity.js';
import { AccountController } from './accounts/account.controller.js';
import { AccountCounts } from './accounts/account-counts.js';
import { AccountService } from './accounts/account.service.js';
import { EmailCodeEntity } from './accounts/email-code.entity.js';
import { EmailCodes } from './accounts/email-codes.js';
import { EmailService } from './accounts/email.service.js';
import { EmailsRepository } from './accounts/emails.repository.js';
import { NewPasswords } from './accounts/new-passwords.js';
import { PasswordChangeService } from './accounts/password-change.service.js';
import { LocksService } from './accounts/locks.service.js';
import { PasswordCheck } from './accounts/password-check.js';
import { PasswordRenewal } from './accounts/password-renewal.js';
import { PepperCounts } from './keys/pepper-counts.js';
import { CodesService } from './recovery/codes.service.js';
import { RecoveryTokenEntity } from './recovery/recovery-token.entity.js';
import { RecoveryTokens } from './recovery/recovery-tokens.js';
import { RecoveryController } from './recovery/recovery.controller.js';
import { RecoveryRepository } from './recovery/recovery.repository.js';
import { RecoveryAnnouncements, RecoveryService } from './recovery/recovery.service.js';
import { ResetEnding, ResetService } from './recovery/reset.service.js';
import { DevicesRepository } from './sessions/devices.repository.js';
import { DevicesService } from './sessions/devices.service.js';
import { NewPlaces } from './sessions/new-places.js';
import { RefreshService } from './sessions/refresh.service.js';
import { TokenIssuer } from './sessions/token-issuer.js';
import { SignInCounts } from './sessions/ways-in.js';
import { AccountUserData } from './erasure/account.user-data.js';
import { Eraser } from './erasure/eraser.js';
import { ErasureController } from './erasure/erasure.controller.js';
import { ErasureEntity } from './erasure/erasure.entity.js';
import { ErasureService } from './erasure/erasure.service.js';
import { ErasuresRepository } from './erasure/erasures.repository.js';
import { ExportService } from './erasure/export.service.js';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeyStrategy } from './api-keys/api-key.strategy.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysRepository } from './api-keys/api-keys.repository.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { AuthWorker } from './auth.worker.js';
import { KeyLog } from './keys/key-log.js';
import { KeyLogController } from './keys/key-log.controller.js';
import { KeyLogRepository } from './keys/key-log.repository.js';
import { KeyLogService } from './keys/key-log.service.js';
import { KeyStatementEntity } from './keys/key-statement.entity.js';
import { ReceivingKeys } from './keys/receiving-keys.js';
import { PrivateKeyEntity } from './keys/private-key.entity.js';
import { RecoveryCodeEntity } from './keys/recovery-code.entity.js';
import { SlotEntity } from './keys/slot.entity.js';
import { AccessStrategy } from './sessions/access.strategy.js';
import { CookieStrategy } from './sessions/cookie.strategy.js';
import { SessionCookies } from './sessions/session-cookies.js';
import { TokenCallers } from './sessions/token-callers.js';
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
  EmailCodeEntity,
  RecoveryTokenEntity,
  ApiKeyEntity,
  ErasureEntity,
  ImportedPasswordEntity,
];

/** What erasing and telling of accounts needs, in every process. */
@Module({ providers: [AccountUserData] })
class AccountUserDataModule {}

/** Accounts, the ways in and out of them, and the keys that belong to each. */
@Module({
  imports: [
    TypeOrmModule.forFeature(entities),
    AccountUserDataModule,
    JwtModule.register({}),
    LedgerModule,
    PassportModule,
    PasswordsModule,
    TiersModule,
  ],
  controllers: [
    AccountsController,
    AccountController,
    ApiKeysController,
    ErasureController,
    KeyLogController,
    RecoveryController,
    SessionsController,
  ],
  providers: [
    AccountsService,
    AccountFoundation,
    ImportedAccounts,
    ImportedPasswords,
    AccountService,
    AccountsRepository,
    Credentials,
    ErasureService,
    ErasuresRepository,
    ExportService,
    EmailService,
    EmailCodes,
    EmailsRepository,
    NewPasswords,
    PasswordChangeService,
    PasswordCheck,
    PasswordRenewal,
    LocksService,
    PepperCounts,
    KeyLog,
    KeyLogRepository,
    KeyLogService,
    SecurityEvents,
    SignInService,
    SignInCounts,
    RecoveryService,
    RecoveryAnnouncements,
    RecoveryRepository,
    RecoveryTokens,
    ResetService,
    ResetEnding,
    CodesService,
    SessionsService,
    SessionsRepository,
    SessionSlots,
    RefreshService,
    NewPlaces,
    TokenIssuer,
    DevicesService,
    DevicesRepository,
    AccessTokens,
    TokenCallers,
    AccessStrategy,
    CookieStrategy,
    SessionCookies,
    ApiKeysService,
    ApiKeysRepository,
    ApiKeyStrategy,
  ],
  exports: [AccountService, SecurityEvents, SessionCookies],
})
export class AuthModule {}

/** To whom something can be sealed who is away: needed by workers too. */
@Module({
  imports: [TypeOrmModule.forFeature(entities)],
  providers: [KeyLogRepository, ReceivingKeys],
  exports: [ReceivingKeys],
})
export class ReceivingKeysModule {}

/** Erasing accounts. Whoever imports it imports what every module plugs into the user-data port, too. */
@Module({
  imports: [TypeOrmModule.forFeature(entities), AccountUserDataModule, LedgerModule, TiersModule],
  providers: [Eraser, ErasuresRepository],
  exports: [Eraser, ErasuresRepository],
})
export class EraserModule {}

/** What auth does about events. */
@Module({
  imports: [TypeOrmModule.forFeature(entities), EraserModule, MailModule],
  providers: [AuthWorker, AccountCounts, Letters, AccountsRepository, EmailsRepository, EmailCodes, Expiry],
})
export class AuthWorkerModule {}
