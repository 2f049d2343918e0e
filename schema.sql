-- Made by `npm run generate` from the migrations. Do not edit: change a migration.

CREATE TABLE api_keys (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  hint text NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT api_keys_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT api_keys_user_id_secret_hash_key UNIQUE (user_id, secret_hash),
  CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT api_keys_scopes_check CHECK ((cardinality(scopes) > 0)),
  CONSTRAINT api_keys_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);
COMMENT ON COLUMN api_keys.hint IS 'the last characters before the check, to tell keys apart in a list';
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON api_keys FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON api_keys TO daybook_api;

CREATE TABLE connection_pages (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  page_id text NOT NULL,
  name text NOT NULL,
  sealed_token bytea NOT NULL,
  server_key_id text NOT NULL,
  CONSTRAINT connection_pages_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT connection_pages_user_id_connection_id_page_id_key UNIQUE (user_id, connection_id, page_id),
  CONSTRAINT connection_pages_user_id_connection_id_fkey FOREIGN KEY (user_id, connection_id) REFERENCES connections(user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE connection_pages IS 'pages that a connected account may publish on';
ALTER TABLE connection_pages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON connection_pages FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'server-keys'::text);
CREATE POLICY owner ON connection_pages FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON connection_pages TO daybook_api;

CREATE TABLE connections (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  provider text NOT NULL,
  provider_user_id text NOT NULL,
  tier text NOT NULL,
  state text NOT NULL,
  limited_until timestamp with time zone,
  scopes text[] NOT NULL,
  sealed_token bytea,
  server_key_id text,
  token_expires_at timestamp with time zone,
  connected_at timestamp with time zone NOT NULL,
  last_synced_at timestamp with time zone,
  pulled_through timestamp with time zone,
  pull_place jsonb,
  CONSTRAINT connections_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT connections_user_id_provider_key UNIQUE (user_id, provider),
  CONSTRAINT connections_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT connections_check CHECK (((sealed_token IS NULL) = (server_key_id IS NULL))),
  CONSTRAINT connections_check1 CHECK (((limited_until IS NOT NULL) = (state = 'rate_limited'::text))),
  CONSTRAINT connections_provider_check CHECK ((provider = 'facebook'::text)),
  CONSTRAINT connections_state_check CHECK ((state = ANY (ARRAY['active'::text, 'needs_reconnect'::text, 'rate_limited'::text, 'out_of_storage'::text]))),
  CONSTRAINT connections_tier_check CHECK ((tier = ANY (ARRAY['e2e'::text, 'uce'::text])))
);
COMMENT ON TABLE connections IS 'accounts at other services that a user has connected';
COMMENT ON COLUMN connections.sealed_token IS 'under a server key: jobs need it while the user is away; null when it is of no use any more';
COMMENT ON COLUMN connections.pulled_through IS 'what is older was brought';
COMMENT ON COLUMN connections.pull_place IS 'where a pull goes on that was broken off';
ALTER TABLE connections ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON connections FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'server-keys'::text);
CREATE POLICY owner ON connections FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON connections TO daybook_api;

CREATE TABLE connects (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  session_id uuid NOT NULL,
  state_hash bytea NOT NULL,
  sealed_verifier bytea NOT NULL,
  server_key_id text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT connects_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT connects_user_id_state_hash_key UNIQUE (user_id, state_hash),
  CONSTRAINT connects_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT connects_user_id_session_id_fkey FOREIGN KEY (user_id, session_id) REFERENCES sessions(user_id, id) ON DELETE CASCADE,
  CONSTRAINT connects_state_hash_check CHECK ((octet_length(state_hash) = 32))
);
COMMENT ON TABLE connects IS 'connections that were begun, for ten minutes';
COMMENT ON COLUMN connects.state_hash IS 'SHA-256 of what comes back with the browser';
COMMENT ON COLUMN connects.sealed_verifier IS 'of PKCE, under a server key';
CREATE INDEX connects_expiry ON connects USING btree (expires_at);
CREATE INDEX connects_session ON connects USING btree (user_id, session_id);
ALTER TABLE connects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON connects FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'server-keys'::text);
CREATE POLICY expiry ON connects FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON connects FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON connects TO daybook_api;
GRANT DELETE ON connects TO daybook_system;
GRANT SELECT (expires_at, id, user_id) ON connects TO daybook_system;

CREATE TABLE dead_letters (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  queue text NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  error text NOT NULL,
  attempts integer NOT NULL,
  announced_at timestamp with time zone NOT NULL,
  failed_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT dead_letters_pkey PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE dead_letters IS 'announced and given up: an operator puts a row back into the outbox';
COMMENT ON COLUMN dead_letters.error IS 'the type of the last error, never its message';
CREATE INDEX dead_letters_oldest ON dead_letters USING btree (failed_at, id);
ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY operator ON dead_letters FOR SELECT TO daybook_system USING (true);
CREATE POLICY owner ON dead_letters FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT ON dead_letters TO daybook_api;
GRANT SELECT ON dead_letters TO daybook_system;

CREATE TABLE devices (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  platform text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  public_key bytea,
  CONSTRAINT devices_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT devices_public_key_check CHECK ((octet_length(public_key) = 32)),
  CONSTRAINT devices_type_check CHECK ((type = ANY (ARRAY['desktop'::text, 'mobile'::text, 'web'::text, 'cli'::text])))
);
COMMENT ON COLUMN devices.public_key IS 'X25519, as the client gave it at sign-in; key_log says whether it was signed';
ALTER TABLE devices ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON devices FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON devices TO daybook_api;

CREATE TABLE due (
  user_id uuid NOT NULL,
  task text NOT NULL,
  id uuid NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT due_pkey PRIMARY KEY (user_id, task, id),
  CONSTRAINT due_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);
COMMENT ON TABLE due IS 'what is to be done for whom, and when: the work itself is done as that user';
CREATE INDEX due_next ON due USING btree (task, due_at);
ALTER TABLE due ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY due ON due FOR SELECT TO daybook_system USING (due_at < now());
CREATE POLICY owner ON due FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON due TO daybook_api;
GRANT SELECT ON due TO daybook_system;

CREATE TABLE email_codes (
  user_id uuid NOT NULL,
  email text NOT NULL,
  code_hash bytea,
  tries_left integer NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT email_codes_pkey PRIMARY KEY (user_id),
  CONSTRAINT email_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT email_codes_code_hash_check CHECK ((octet_length(code_hash) = 32)),
  CONSTRAINT email_codes_tries_left_check CHECK ((tries_left >= 0))
);
COMMENT ON TABLE email_codes IS 'an address that waits to be proved; code_hash is null until the code is on its way';
CREATE INDEX email_codes_expiry ON email_codes USING btree (expires_at);
ALTER TABLE email_codes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY expiry ON email_codes FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON email_codes FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON email_codes TO daybook_api;
GRANT DELETE ON email_codes TO daybook_system;
GRANT SELECT (expires_at, user_id) ON email_codes TO daybook_system;

CREATE TABLE entries (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  entry_date date,
  listed_on date NOT NULL,
  source text,
  version bigint NOT NULL,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  envelope_hash bytea NOT NULL,
  prev_envelope_hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  external_id text,
  device_id uuid,
  deleted_at timestamp with time zone,
  CONSTRAINT entries_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT entries_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT entries_envelope_hash_check CHECK ((octet_length(envelope_hash) = 32)),
  CONSTRAINT entries_external_check CHECK (((external_id IS NULL) OR (source IS NOT NULL))),
  CONSTRAINT entries_prev_envelope_hash_check CHECK ((octet_length(prev_envelope_hash) = 32)),
  CONSTRAINT entries_version_check CHECK ((version > 0))
);
COMMENT ON COLUMN entries.listed_on IS 'the diary day, or the day it was written where it has none: the order of lists';
COMMENT ON COLUMN entries.external_id IS 'what the source calls it: it is brought in once';
COMMENT ON COLUMN entries.device_id IS 'where this version was written; the device may be gone';
COMMENT ON COLUMN entries.deleted_at IS 'since when it is in the trash';
CREATE INDEX entries_listed ON entries USING btree (user_id, listed_on DESC, id DESC);
CREATE UNIQUE INDEX entries_external ON entries USING btree (user_id, source, external_id) WHERE (external_id IS NOT NULL);
ALTER TABLE entries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entries FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON entries TO daybook_api;

CREATE TABLE entry_cards (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  sealed bytea NOT NULL,
  index_version smallint NOT NULL,
  CONSTRAINT entry_cards_pkey PRIMARY KEY (user_id, entry_id),
  CONSTRAINT entry_cards_user_id_entry_id_fkey FOREIGN KEY (user_id, entry_id) REFERENCES entries(user_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE entry_cards IS 'the words of an entry with their places, sealed under its content key (uce)';
COMMENT ON COLUMN entry_cards.index_version IS 'how the card was made: one that was made otherwise than today is made anew';
ALTER TABLE entry_cards ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entry_cards FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON entry_cards TO daybook_api;

CREATE TABLE entry_media (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  media_id uuid NOT NULL,
  place integer NOT NULL,
  CONSTRAINT entry_media_pkey PRIMARY KEY (user_id, entry_id, media_id),
  CONSTRAINT entry_media_user_id_entry_id_fkey FOREIGN KEY (user_id, entry_id) REFERENCES entries(user_id, id) ON DELETE CASCADE,
  CONSTRAINT entry_media_user_id_media_id_fkey FOREIGN KEY (user_id, media_id) REFERENCES media(user_id, id) ON DELETE CASCADE
);
CREATE INDEX entry_media_by_media ON entry_media USING btree (user_id, media_id);
ALTER TABLE entry_media ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entry_media FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON entry_media TO daybook_api;

CREATE TABLE entry_signatures (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  period integer NOT NULL,
  signature bit(2048) NOT NULL,
  entry_date date,
  CONSTRAINT entry_signatures_pkey PRIMARY KEY (user_id, entry_id),
  CONSTRAINT entry_signatures_user_id_entry_id_fkey FOREIGN KEY (user_id, entry_id) REFERENCES entries(user_id, id) ON DELETE CASCADE,
  CONSTRAINT entry_signatures_period_check CHECK (((period >= 0) AND (period <= 65535)))
);
COMMENT ON TABLE entry_signatures IS 'blurred words for search (uce): docs/search.md';
COMMENT ON COLUMN entry_signatures.entry_date IS 'the diary day, as in entries';
CREATE INDEX entry_signatures_by_period ON entry_signatures USING btree (user_id, period);
ALTER TABLE entry_signatures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entry_signatures FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON entry_signatures TO daybook_api;

CREATE TABLE entry_tags (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  tag_id uuid NOT NULL,
  CONSTRAINT entry_tags_pkey PRIMARY KEY (user_id, entry_id, tag_id),
  CONSTRAINT entry_tags_user_id_entry_id_fkey FOREIGN KEY (user_id, entry_id) REFERENCES entries(user_id, id) ON DELETE CASCADE,
  CONSTRAINT entry_tags_user_id_tag_id_fkey FOREIGN KEY (user_id, tag_id) REFERENCES tags(user_id, id) ON DELETE CASCADE
);
CREATE INDEX entry_tags_by_tag ON entry_tags USING btree (user_id, tag_id);
ALTER TABLE entry_tags ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entry_tags FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON entry_tags TO daybook_api;

CREATE TABLE entry_versions (
  user_id uuid NOT NULL,
  entry_id uuid NOT NULL,
  version bigint NOT NULL,
  kind text NOT NULL,
  entry_date date,
  device_id uuid,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  envelope_hash bytea NOT NULL,
  prev_envelope_hash bytea NOT NULL,
  written_at timestamp with time zone NOT NULL,
  CONSTRAINT entry_versions_pkey PRIMARY KEY (user_id, entry_id, version),
  CONSTRAINT entry_versions_user_id_entry_id_fkey FOREIGN KEY (user_id, entry_id) REFERENCES entries(user_id, id) ON DELETE CASCADE,
  CONSTRAINT entry_versions_envelope_hash_check CHECK ((octet_length(envelope_hash) = 32)),
  CONSTRAINT entry_versions_prev_envelope_hash_check CHECK ((octet_length(prev_envelope_hash) = 32)),
  CONSTRAINT entry_versions_version_check CHECK ((version > 0))
);
COMMENT ON TABLE entry_versions IS 'what an entry was before its latest change';
ALTER TABLE entry_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON entry_versions FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON entry_versions TO daybook_api;

CREATE TABLE erasures (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  email text,
  counts jsonb NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  erased_at timestamp with time zone,
  CONSTRAINT erasures_pkey PRIMARY KEY (user_id)
);
COMMENT ON TABLE erasures IS 'the receipt of an erased account: random ids, counts and times';
COMMENT ON COLUMN erasures.id IS 'random; with the user id it is the receipt';
COMMENT ON COLUMN erasures.email IS 'where the last letter goes; null when it is sent';
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON erasures FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT INSERT, SELECT, UPDATE ON erasures TO daybook_api;

CREATE TABLE external_posts (
  user_id uuid NOT NULL,
  provider text NOT NULL,
  external_id text NOT NULL,
  CONSTRAINT external_posts_pkey PRIMARY KEY (user_id, provider, external_id),
  CONSTRAINT external_posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);
COMMENT ON TABLE external_posts IS 'what was brought from other services once, and is not brought again';
ALTER TABLE external_posts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON external_posts FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON external_posts TO daybook_api;

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL,
  key_hash bytea NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  made jsonb NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key_hash),
  CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT idempotency_keys_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
  CONSTRAINT idempotency_keys_key_hash_check CHECK ((octet_length(key_hash) = 32)),
  CONSTRAINT idempotency_keys_made_check CHECK ((jsonb_typeof(made) = 'array'::text)),
  CONSTRAINT idempotency_keys_status_check CHECK (((status >= 200) AND (status <= 299)))
);
COMMENT ON TABLE idempotency_keys IS 'requests that had their effect, to be answered anew when they are sent again';
COMMENT ON COLUMN idempotency_keys.key_hash IS 'of what the client sent as Idempotency-Key, keyed';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'of route and body, keyed';
COMMENT ON COLUMN idempotency_keys.made IS 'ids and versions, never an answer';
CREATE INDEX idempotency_keys_expiry ON idempotency_keys USING btree (expires_at);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY expiry ON idempotency_keys FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON idempotency_keys FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON idempotency_keys TO daybook_api;
GRANT DELETE ON idempotency_keys TO daybook_system;
GRANT SELECT (expires_at, key_hash, user_id) ON idempotency_keys TO daybook_system;

CREATE TABLE imported_passwords (
  user_id uuid NOT NULL,
  bcrypt text NOT NULL,
  CONSTRAINT imported_passwords_pkey PRIMARY KEY (user_id),
  CONSTRAINT imported_passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT imported_passwords_bcrypt_check CHECK ((bcrypt ~ '^[$]2[aby][$]'::text))
);
COMMENT ON TABLE imported_passwords IS 'accounts that were brought from elsewhere and have not signed in yet: they have no key so far';
ALTER TABLE imported_passwords ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON imported_passwords FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
CREATE POLICY presence ON imported_passwords FOR SELECT TO daybook_system USING (true);
GRANT DELETE, INSERT, SELECT ON imported_passwords TO daybook_api;
GRANT SELECT (user_id) ON imported_passwords TO daybook_system;

CREATE TABLE inbox_items (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  seq bigint NOT NULL,
  kind text NOT NULL,
  entry_date date,
  source text,
  external_id text,
  brought_by text NOT NULL,
  brought_by_id uuid,
  sealed_by text NOT NULL,
  sealed bytea NOT NULL,
  boxed_key bytea NOT NULL,
  fault text,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  deleted_at timestamp with time zone,
  CONSTRAINT inbox_items_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT inbox_items_user_id_seq_key UNIQUE (user_id, seq),
  CONSTRAINT inbox_items_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT inbox_items_brought_by_check CHECK ((brought_by = ANY (ARRAY['session'::text, 'api_key'::text, 'facebook'::text]))),
  CONSTRAINT inbox_items_sealed_by_check CHECK ((sealed_by = ANY (ARRAY['client'::text, 'server'::text])))
);
COMMENT ON TABLE inbox_items IS 'what was brought while the user was away, sealed to the user''s public key';
COMMENT ON COLUMN inbox_items.id IS 'of the entry that it becomes';
COMMENT ON COLUMN inbox_items.seq IS 'of the event that tells of it in the ledger: the order in which it came';
COMMENT ON COLUMN inbox_items.fault IS 'the type of the problem that kept it from becoming an entry';
COMMENT ON COLUMN inbox_items.expires_at IS '14 days after its owner was told of it, or threw it away';
CREATE UNIQUE INDEX inbox_items_external ON inbox_items USING btree (user_id, source, external_id) WHERE (external_id IS NOT NULL);
ALTER TABLE inbox_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON inbox_items FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON inbox_items TO daybook_api;

CREATE TABLE jobs (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  progress jsonb NOT NULL,
  result jsonb,
  problem jsonb,
  place text,
  revision integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT jobs_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT jobs_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT jobs_check CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['queued'::text, 'running'::text])))),
  CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text])))
);
COMMENT ON TABLE jobs IS 'long work that a user asked for, without any content';
COMMENT ON COLUMN jobs.place IS 'where the work goes on';
COMMENT ON COLUMN jobs.revision IS 'one more with each change';
CREATE INDEX jobs_expiry ON jobs USING btree (expires_at);
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY expiry ON jobs FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON jobs FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON jobs TO daybook_api;
GRANT DELETE ON jobs TO daybook_system;
GRANT SELECT (expires_at, id, user_id) ON jobs TO daybook_system;

CREATE TABLE key_log (
  user_id uuid NOT NULL,
  n bigint NOT NULL,
  statement bytea NOT NULL,
  type smallint NOT NULL,
  device_id uuid,
  CONSTRAINT key_log_pkey PRIMARY KEY (user_id, n),
  CONSTRAINT key_log_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT key_log_n_check CHECK ((n > 0)),
  CONSTRAINT key_log_type CHECK (((type = ANY (ARRAY[1, 2, 3])) AND ((type = 1) = (device_id IS NULL))))
);
COMMENT ON COLUMN key_log.device_id IS 'what a statement of type 2 or 3 is about; the device may be gone';
CREATE UNIQUE INDEX key_log_devices ON key_log USING btree (user_id, device_id, type) WHERE (device_id IS NOT NULL);
ALTER TABLE key_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON key_log AS RESTRICTIVE FOR DELETE USING (EXISTS ( SELECT
   FROM erasures
  WHERE ((erasures.user_id = key_log.user_id) AND (erasures.erased_at IS NULL))));
CREATE POLICY owner ON key_log FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT ON key_log TO daybook_api;

CREATE TABLE ledger_events (
  user_id uuid NOT NULL,
  seq bigint NOT NULL,
  type smallint NOT NULL,
  entry_id uuid,
  version bigint,
  device_id uuid,
  session_id uuid,
  at timestamp with time zone NOT NULL,
  envelope_hash bytea,
  prev_hash bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT ledger_events_pkey PRIMARY KEY (user_id, seq),
  CONSTRAINT ledger_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT ledger_events_envelope_hash_check CHECK ((octet_length(envelope_hash) = 32)),
  CONSTRAINT ledger_events_hash_check CHECK ((octet_length(hash) = 32)),
  CONSTRAINT ledger_events_prev_hash_check CHECK ((octet_length(prev_hash) = 32)),
  CONSTRAINT ledger_events_seq_check CHECK ((seq > 0))
);
COMMENT ON COLUMN ledger_events.entry_id IS 'what it is about: the entry, or of an account''s event a device or an API key';
ALTER TABLE ledger_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON ledger_events AS RESTRICTIVE FOR DELETE USING (EXISTS ( SELECT
   FROM erasures
  WHERE ((erasures.user_id = ledger_events.user_id) AND (erasures.erased_at IS NULL))));
CREATE POLICY owner ON ledger_events FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT ON ledger_events TO daybook_api;

CREATE TABLE ledger_heads (
  user_id uuid NOT NULL,
  seq bigint NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT ledger_heads_pkey PRIMARY KEY (user_id),
  CONSTRAINT ledger_heads_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT ledger_heads_hash_check CHECK ((octet_length(hash) = 32))
);
COMMENT ON TABLE ledger_heads IS 'the per-user counter: whoever writes for a user locks this row first';
ALTER TABLE ledger_heads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON ledger_heads AS RESTRICTIVE FOR DELETE USING (EXISTS ( SELECT
   FROM erasures
  WHERE ((erasures.user_id = ledger_heads.user_id) AND (erasures.erased_at IS NULL))));
CREATE POLICY owner ON ledger_heads FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON ledger_heads TO daybook_api;

CREATE TABLE media (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  state text NOT NULL,
  content_type text NOT NULL,
  byte_size bigint NOT NULL,
  sha256 bytea,
  upload_id text,
  wrapped_key bytea NOT NULL,
  sealed_metadata bytea,
  thumbnail_of uuid,
  created_at timestamp with time zone NOT NULL,
  reserved_until timestamp with time zone NOT NULL,
  ready_at timestamp with time zone,
  deleted_at timestamp with time zone,
  erasing_at timestamp with time zone,
  object_name text NOT NULL,
  CONSTRAINT media_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT media_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT media_user_id_thumbnail_of_fkey FOREIGN KEY (user_id, thumbnail_of) REFERENCES media(user_id, id) ON DELETE CASCADE,
  CONSTRAINT media_byte_size_check CHECK ((byte_size > 0)),
  CONSTRAINT media_sha256_check CHECK ((octet_length(sha256) = 32)),
  CONSTRAINT media_state_check CHECK ((state = ANY (ARRAY['reserved'::text, 'ready'::text, 'missing'::text])))
);
COMMENT ON TABLE media IS 'sealed objects in the store, and uploads that were announced';
COMMENT ON COLUMN media.sha256 IS 'of the sealed bytes; null where they are uploaded in parts';
COMMENT ON COLUMN media.upload_id IS 'the store''s name of an upload in parts that is not complete';
COMMENT ON COLUMN media.erasing_at IS 'since when it is gone for everybody; the row goes when the store has nothing of it any more';
COMMENT ON COLUMN media.object_name IS 'the end of its object''s key, made anew for each reservation and after each object that was refused';
CREATE INDEX media_listed ON media USING btree (user_id, created_at DESC, id DESC);
CREATE INDEX media_thumbnail ON media USING btree (user_id, thumbnail_of) WHERE (thumbnail_of IS NOT NULL);
ALTER TABLE media ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON media FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON media TO daybook_api;

CREATE TABLE media_parts (
  user_id uuid NOT NULL,
  media_id uuid NOT NULL,
  number integer NOT NULL,
  sha256 bytea NOT NULL,
  CONSTRAINT media_parts_pkey PRIMARY KEY (user_id, media_id, number),
  CONSTRAINT media_parts_user_id_media_id_fkey FOREIGN KEY (user_id, media_id) REFERENCES media(user_id, id) ON DELETE CASCADE,
  CONSTRAINT media_parts_number_check CHECK (((number >= 1) AND (number <= 10000))),
  CONSTRAINT media_parts_sha256_check CHECK ((octet_length(sha256) = 32))
);
COMMENT ON TABLE media_parts IS 'the checksums with which parts of an upload were announced';
ALTER TABLE media_parts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON media_parts FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON media_parts TO daybook_api;

CREATE TABLE outbox (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  queue text NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  leased_until timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone,
  CONSTRAINT outbox_pkey PRIMARY KEY (user_id, id)
);
COMMENT ON TABLE outbox IS 'announced and not yet done: a row goes when its consumer has had its effect';
CREATE INDEX outbox_next ON outbox USING btree (leased_until, created_at);
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON outbox FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
CREATE POLICY relay ON outbox FOR ALL TO daybook_system USING (true);
GRANT DELETE, INSERT, SELECT ON outbox TO daybook_api;
GRANT SELECT ON outbox TO daybook_system;
GRANT UPDATE (leased_until) ON outbox TO daybook_system;

CREATE TABLE passwords (
  user_id uuid NOT NULL,
  verifier bytea NOT NULL,
  pepper_id text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  tier text NOT NULL,
  CONSTRAINT passwords_pkey PRIMARY KEY (user_id),
  CONSTRAINT passwords_tier FOREIGN KEY (user_id, tier) REFERENCES users(user_id, tier) ON DELETE CASCADE,
  CONSTRAINT passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT passwords_verifier_check CHECK ((octet_length(verifier) = 32))
);
COMMENT ON COLUMN passwords.tier IS 'refers to the tier of the account, so that neither can be changed in place';
ALTER TABLE passwords ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON passwords FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'peppers'::text);
CREATE POLICY owner ON passwords FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON passwords TO daybook_api;

CREATE TABLE private_keys (
  user_id uuid NOT NULL,
  algorithm text NOT NULL,
  public_key bytea NOT NULL,
  wrapped bytea NOT NULL,
  CONSTRAINT private_keys_pkey PRIMARY KEY (user_id, algorithm),
  CONSTRAINT private_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT private_keys_algorithm_check CHECK ((algorithm = ANY (ARRAY['x25519'::text, 'ed25519'::text]))),
  CONSTRAINT private_keys_public_key_check CHECK ((octet_length(public_key) = 32))
);
ALTER TABLE private_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON private_keys FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON private_keys TO daybook_api;

CREATE TABLE publications (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  page_id text NOT NULL,
  entry_id uuid NOT NULL,
  device_id uuid,
  session_id uuid,
  tier text NOT NULL,
  sealed_text bytea NOT NULL,
  server_key_id text NOT NULL,
  attempts integer NOT NULL,
  attempted_at timestamp with time zone,
  leased_until timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT publications_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT publications_user_id_connection_id_fkey FOREIGN KEY (user_id, connection_id) REFERENCES connections(user_id, id) ON DELETE CASCADE,
  CONSTRAINT publications_user_id_id_fkey FOREIGN KEY (user_id, id) REFERENCES jobs(user_id, id) ON DELETE CASCADE,
  CONSTRAINT publications_tier_check CHECK ((tier = ANY (ARRAY['e2e'::text, 'uce'::text])))
);
COMMENT ON TABLE publications IS 'texts on their way to a page, for minutes: a row goes with its outcome';
COMMENT ON COLUMN publications.id IS 'of the job';
COMMENT ON COLUMN publications.sealed_text IS 'under a server key';
COMMENT ON COLUMN publications.attempted_at IS 'since when it may be on the page';
CREATE INDEX publications_connection ON publications USING btree (user_id, connection_id);
CREATE INDEX publications_expiry ON publications USING btree (expires_at);
ALTER TABLE publications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON publications FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'server-keys'::text);
CREATE POLICY expiry ON publications FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON publications FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON publications TO daybook_api;
GRANT DELETE ON publications TO daybook_system;
GRANT SELECT (expires_at, id, user_id) ON publications TO daybook_system;

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  verifier_hash bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT recovery_codes_verifier_hash_check CHECK ((octet_length(verifier_hash) = 32))
);
ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON recovery_codes FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON recovery_codes TO daybook_api;

CREATE TABLE recovery_tokens (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  secret_hash bytea NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT recovery_tokens_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT recovery_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT recovery_tokens_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);
COMMENT ON TABLE recovery_tokens IS 'what a used recovery code gave: one reset of the password, within 15 minutes';
ALTER TABLE recovery_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY expiry ON recovery_tokens FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON recovery_tokens FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON recovery_tokens TO daybook_api;
GRANT DELETE ON recovery_tokens TO daybook_system;
GRANT SELECT (expires_at, id, user_id) ON recovery_tokens TO daybook_system;

CREATE TABLE search_languages (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  sealed bytea NOT NULL,
  wrapped_key bytea NOT NULL,
  CONSTRAINT search_languages_pkey PRIMARY KEY (user_id),
  CONSTRAINT search_languages_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);
COMMENT ON TABLE search_languages IS 'which languages a user''s entries are in, sealed (uce)';
ALTER TABLE search_languages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON search_languages FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON search_languages TO daybook_api;

CREATE TABLE security_events (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  session_id uuid,
  device_id uuid,
  at timestamp with time zone NOT NULL,
  reason text,
  subject_id uuid,
  CONSTRAINT security_events_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT security_events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);
COMMENT ON COLUMN security_events.reason IS 'what the operator gave as reason, where an operator did it';
COMMENT ON COLUMN security_events.subject_id IS 'what it is about: the device or API key that was added or taken away';
ALTER TABLE security_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON security_events AS RESTRICTIVE FOR DELETE USING (EXISTS ( SELECT
   FROM erasures
  WHERE ((erasures.user_id = security_events.user_id) AND (erasures.erased_at IS NULL))));
CREATE POLICY owner ON security_events FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT ON security_events TO daybook_api;

CREATE TABLE sessions (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  device_id uuid,
  refresh_hash bytea NOT NULL,
  previous_refresh_hash bytea,
  grace_ends_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  user_agent text,
  password_at timestamp with time zone,
  CONSTRAINT sessions_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT sessions_user_id_device_id_fkey FOREIGN KEY (user_id, device_id) REFERENCES devices(user_id, id) ON DELETE CASCADE,
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT sessions_previous_refresh_hash_check CHECK ((octet_length(previous_refresh_hash) = 32)),
  CONSTRAINT sessions_refresh_hash_check CHECK ((octet_length(refresh_hash) = 32))
);
COMMENT ON COLUMN sessions.user_agent IS 'coarse: browser or app and system, without versions';
COMMENT ON COLUMN sessions.password_at IS 'when the password was last given in this session';
CREATE INDEX sessions_expiry ON sessions USING btree (expires_at);
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY expiry ON sessions FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON sessions FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
CREATE POLICY summing ON sessions FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'accounts'::text);
GRANT DELETE, INSERT, SELECT, UPDATE ON sessions TO daybook_api;
GRANT DELETE ON sessions TO daybook_system;
GRANT SELECT (expires_at, id, user_id) ON sessions TO daybook_system;

CREATE TABLE sign_in_names (
  kind text NOT NULL,
  name text NOT NULL,
  user_id uuid NOT NULL,
  CONSTRAINT sign_in_names_pkey PRIMARY KEY (kind, name),
  CONSTRAINT sign_in_names_kind_check CHECK ((kind = 'email'::text))
);
COMMENT ON TABLE sign_in_names IS 'the only global table: who is meant, before anybody has signed in';
ALTER TABLE sign_in_names ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY lookup ON sign_in_names FOR SELECT USING (true);
CREATE POLICY owner ON sign_in_names FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON sign_in_names TO daybook_api;

CREATE TABLE slots (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  session_id uuid,
  pepper_id text,
  kdf_m_kib integer,
  kdf_t integer,
  salt bytea,
  master_key_id bytea NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  last_used_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  CONSTRAINT slots_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT slots_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT slots_user_id_session_id_fkey FOREIGN KEY (user_id, session_id) REFERENCES sessions(user_id, id) ON DELETE CASCADE,
  CONSTRAINT slots_check CHECK (((kind = 'password'::text) = ((salt IS NOT NULL) AND (kdf_m_kib IS NOT NULL) AND (kdf_t IS NOT NULL)))),
  CONSTRAINT slots_check1 CHECK (((kind = ANY (ARRAY['refresh'::text, 'access'::text, 'grace'::text])) = ((session_id IS NOT NULL) AND (expires_at IS NOT NULL)))),
  CONSTRAINT slots_kind_check CHECK ((kind = ANY (ARRAY['password'::text, 'recovery'::text, 'refresh'::text, 'access'::text, 'grace'::text, 'reset'::text, 'api_key'::text]))),
  CONSTRAINT slots_master_key_id_check CHECK ((octet_length(master_key_id) = 16)),
  CONSTRAINT slots_salt_check CHECK ((octet_length(salt) = 16))
);
COMMENT ON TABLE slots IS 'the master key, each time under one secret that is not here';
CREATE INDEX slots_expiry ON slots USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE UNIQUE INDEX slots_one_of_session ON slots USING btree (user_id, session_id, kind) WHERE (kind = ANY (ARRAY['refresh'::text, 'grace'::text]));
CREATE UNIQUE INDEX slots_one_password ON slots USING btree (user_id) WHERE (kind = 'password'::text);
ALTER TABLE slots ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY counting ON slots FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'peppers'::text);
CREATE POLICY expiry ON slots FOR ALL TO daybook_system USING (expires_at < now());
CREATE POLICY owner ON slots FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON slots TO daybook_api;
GRANT DELETE ON slots TO daybook_system;
GRANT SELECT (expires_at, id, user_id) ON slots TO daybook_system;

CREATE TABLE storage (
  user_id uuid NOT NULL,
  used_bytes bigint NOT NULL,
  quota_bytes bigint,
  CONSTRAINT storage_pkey PRIMARY KEY (user_id),
  CONSTRAINT storage_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT storage_quota_bytes_check CHECK ((quota_bytes >= 0)),
  CONSTRAINT storage_used_bytes_check CHECK ((used_bytes >= 0))
);
COMMENT ON TABLE storage IS 'what a user has stored, sealed; counted in the transaction that stores it';
COMMENT ON COLUMN storage.quota_bytes IS 'null where it is what everybody may store';
ALTER TABLE storage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON storage FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
CREATE POLICY presence ON storage FOR SELECT TO daybook_system USING (true);
CREATE POLICY summing ON storage FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'accounts'::text);
GRANT DELETE, INSERT, SELECT, UPDATE ON storage TO daybook_api;
GRANT SELECT (user_id) ON storage TO daybook_system;

CREATE TABLE tags (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  token bytea NOT NULL,
  sealed_name bytea,
  wrapped_key bytea,
  CONSTRAINT tags_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT tags_user_id_token_key UNIQUE (user_id, token),
  CONSTRAINT tags_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE,
  CONSTRAINT tags_check CHECK (((sealed_name IS NULL) = (wrapped_key IS NULL))),
  CONSTRAINT tags_token_check CHECK ((octet_length(token) = 16))
);
COMMENT ON COLUMN tags.token IS 'a keyed hash of the name, the key of which only its user has';
COMMENT ON COLUMN tags.sealed_name IS 'null in the e2e tier, where names are in the content alone';
ALTER TABLE tags ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON tags FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON tags TO daybook_api;

CREATE TABLE tombstones (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  erased_at timestamp with time zone NOT NULL,
  CONSTRAINT tombstones_pkey PRIMARY KEY (user_id, id),
  CONSTRAINT tombstones_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);
COMMENT ON TABLE tombstones IS 'ids of erased entries, which are never used again';
ALTER TABLE tombstones ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON tombstones FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
GRANT DELETE, INSERT, SELECT, UPDATE ON tombstones TO daybook_api;

CREATE TABLE users (
  user_id uuid NOT NULL,
  tier text NOT NULL,
  email text NOT NULL,
  master_key_id bytea,
  created_at timestamp with time zone NOT NULL,
  email_verified_at timestamp with time zone,
  display_name text,
  time_zone text,
  locale text,
  locked_at timestamp with time zone,
  versions_kept integer NOT NULL DEFAULT 1000,
  CONSTRAINT users_pkey PRIMARY KEY (user_id),
  CONSTRAINT users_tier UNIQUE (user_id, tier),
  CONSTRAINT users_master_key_id_check CHECK ((octet_length(master_key_id) = 16)),
  CONSTRAINT users_tier_check CHECK ((tier = ANY (ARRAY['e2e'::text, 'uce'::text]))),
  CONSTRAINT users_versions_kept_check CHECK (((versions_kept >= 0) AND (versions_kept <= 1000)))
);
COMMENT ON COLUMN users.email IS 'as it was typed; sign_in_names holds the form that is compared';
COMMENT ON COLUMN users.master_key_id IS 'null until the account has a master key';
COMMENT ON COLUMN users.locked_at IS 'while it is set nobody signs in, by any way; nothing is deleted';
COMMENT ON COLUMN users.versions_kept IS 'how many earlier versions of each entry are kept';
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY kept ON users AS RESTRICTIVE FOR DELETE USING (EXISTS ( SELECT
   FROM erasures
  WHERE ((erasures.user_id = users.user_id) AND (erasures.erased_at IS NULL))));
CREATE POLICY owner ON users FOR ALL USING (user_id = (NULLIF(current_setting('app.user_id'::text, true), ''::text))::uuid);
CREATE POLICY summing ON users FOR SELECT TO daybook_owner USING (current_setting('app.counting'::text, true) = 'accounts'::text);
GRANT DELETE, INSERT, SELECT, UPDATE ON users TO daybook_api;

CREATE OR REPLACE FUNCTION count_accounts()
 RETURNS TABLE(uce bigint, e2e bigint, sessions bigint, storage_bytes bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM set_config('app.counting', 'accounts', true);
  RETURN QUERY SELECT
    (SELECT count(*) FROM users WHERE tier = 'uce'),
    (SELECT count(*) FROM users WHERE tier = 'e2e'),
    (SELECT count(*) FROM sessions AS alive WHERE alive.expires_at > now()),
    (SELECT coalesce(sum(used_bytes), 0)::bigint FROM storage);
  PERFORM set_config('app.counting', '', true);
END $function$;
COMMENT ON FUNCTION count_accounts() IS 'how many accounts of each tier and living sessions there are, and what all of them store';
REVOKE ALL ON FUNCTION count_accounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_accounts() TO daybook_system;

CREATE OR REPLACE FUNCTION count_peppers()
 RETURNS TABLE(kind text, pepper_id text, count bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM set_config('app.counting', 'peppers', true);
  RETURN QUERY
    SELECT 'verifier', passwords.pepper_id, count(*) FROM passwords GROUP BY passwords.pepper_id
    UNION ALL
    SELECT slots.kind, slots.pepper_id, count(*) FROM slots
    WHERE slots.pepper_id IS NOT NULL AND (slots.expires_at IS NULL OR slots.expires_at > now())
    GROUP BY slots.kind, slots.pepper_id;
  PERFORM set_config('app.counting', '', true);
END $function$;
COMMENT ON FUNCTION count_peppers() IS 'how many verifiers, and how many live slots of each kind, still need which pepper';
REVOKE ALL ON FUNCTION count_peppers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_peppers() TO daybook_system;

CREATE OR REPLACE FUNCTION count_server_secrets()
 RETURNS TABLE(server_key_id text, count bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
BEGIN
  PERFORM set_config('app.counting', 'server-keys', true);
  RETURN QUERY
    SELECT sealed.server_key_id, count(*) FROM (
      SELECT connections.server_key_id FROM connections
      UNION ALL SELECT connection_pages.server_key_id FROM connection_pages
      UNION ALL SELECT connects.server_key_id FROM connects
      UNION ALL SELECT publications.server_key_id FROM publications
    ) AS sealed WHERE sealed.server_key_id IS NOT NULL GROUP BY sealed.server_key_id;
  PERFORM set_config('app.counting', '', true);
END $function$;
COMMENT ON FUNCTION count_server_secrets() IS 'how many secrets are sealed under which server key';
REVOKE ALL ON FUNCTION count_server_secrets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_server_secrets() TO daybook_system;
