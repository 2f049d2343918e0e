import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import { Config } from '../config/config.js';

const TIMEOUT_MS = 5_000;

export interface Letter {
  /** Unique per letter and the same when it is sent again: the Message-ID, and the file's name where mail is written to files. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Sends plain-text mail by SMTP, or writes it to MAIL_DIR as .eml files where there is no SMTP_URL. */
@Injectable()
export class Mail {
  constructor(private readonly config: Config) {}

  async send({ id, to, subject, text }: Letter): Promise<void> {
    const { SMTP_URL, MAIL_DIR, MAIL_FROM, PUBLIC_URL } = this.config.values;
    const message = { messageId: `<${id}@${new URL(PUBLIC_URL).hostname}>`, from: MAIL_FROM, to, subject, text };
    if (SMTP_URL) await this.smtp(SMTP_URL.reveal()).sendMail(message);
    else if (MAIL_DIR) await this.write(MAIL_DIR, id, message);
  }

  /** Whether mail could go out now, without sending any. @throws Error that says why not */
  async verify(): Promise<void> {
    const { SMTP_URL, MAIL_DIR } = this.config.values;
    if (SMTP_URL) await this.smtp(SMTP_URL.reveal()).verify();
    if (SMTP_URL || !MAIL_DIR) return;
    await mkdir(MAIL_DIR, { recursive: true, mode: 0o700 });
    await access(MAIL_DIR, constants.W_OK | constants.X_OK);
  }

  private smtp(url: string) {
    return createTransport({
      url,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
  }

  private async write(folder: string, id: string, message: object): Promise<void> {
    const { message: eml } = await createTransport({ streamTransport: true, buffer: true }).sendMail(message);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unfinished = join(folder, `.${id}.part`);
    await writeFile(unfinished, eml, { mode: 0o600 });
    await rename(unfinished, join(folder, `${id}.eml`));
  }
}
