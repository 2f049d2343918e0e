import { type Examples, within } from '../../platform/http/accepts.js';

const upload = {
  id: '019a0000-5000-7000-8000-000000000001',
  content_type: 'image/jpeg',
  byte_size: 240_118,
  sha256: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
};

const uceKeys = { key_id: 'AAECAwQFBgcICQoLDA0ODw', key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8' };

export const uploadExamples: Examples = {
  uce: {
    summary: 'uce: a photo',
    value: { ...upload, ...uceKeys },
  },
};

export const partsExamples: Examples = {
  any: { summary: 'Which parts are there', value: { parts: [] } },
};

export const completionExamples: Examples = { any: { summary: 'Nothing to send', value: {} } };

const headers = {
  'content-type': 'image/jpeg',
  'x-amz-checksum-sha256': 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
};
const address = {
  method: 'PUT',
  url: 'https://objects.example.com/daybook/media/01a1ff74-e0d0-7516-9090-48a9493620c9/019a0000-5000-7000-8000-000000000001/01a1ff74-f05b-7d03-90fc-1c192d17282d?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=test-access-key%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T185336Z&X-Amz-Expires=300&X-Amz-Signature=53c59f1ae5a54baf981c5bd880197bce12b1f1da73879a7ab2652d19867c3af4&X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bx-amz-checksum-sha256&x-id=PutObject',
  headers,
  expires_at: '2026-11-21T18:58:36.000Z',
};
const untilWhen = { expires_at: '2026-11-22T18:53:36.219Z' };

export const reservedExamples: Examples = {
  whole: { summary: 'Up to 16 MiB: send it to this address', value: { id: upload.id, upload: address, ...untilWhen } },
  parts: {
    summary: 'Above: ask for the addresses of its parts',
    value: {
      id: '019a0000-5000-7000-8000-000000000002',
      upload: { part_bytes: 8_388_608, part_count: 3 },
      ...untilWhen,
    },
  },
};

export const partUploadsExamples: Examples = {
  any: {
    summary: 'The store has the first part, and the second can be sent',
    value: {
      parts: [
        {
          method: 'PUT',
          url: 'https://objects.example.com/daybook/media/01a1ff74-e0d0-7516-9090-48a9493620c9/019a0000-5000-7000-8000-000000000002/01a1ff74-f0d5-78ca-a1b1-7ce5ae7da61b?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=test-access-key%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T185336Z&X-Amz-Expires=300&X-Amz-Signature=aa04e1af4b7aef76441f6ab584820b1d05c75072d922af1e7468cd18ded3a6d2&X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-sha256&partNumber=2&uploadId=bd50dd1daac7373a712e807dec5e4052&x-id=UploadPart',
          headers: { 'x-amz-checksum-sha256': headers['x-amz-checksum-sha256'] },
          expires_at: address.expires_at,
          number: 2,
        },
      ],
      uploaded: [1],
    },
  },
};

const shown = {
  id: upload.id,
  state: 'ready',
  content_type: upload.content_type,
  byte_size: upload.byte_size,
  sha256: upload.sha256,
  sealed_metadata:
    'REIBAQEBAADkDq1YgQO9YAqk6XxfVbjbphR46_2UXwwr2deg5k0z7IZmo19gPd_7lRzvqgCTT_75zmrCwNDTLCp9QbeXAyYoD-cLHeweqV_2qNa8h3F_fEMVYxHkoc17I3aYkKnrKkI6kubDs_E88KTnnfrSTrAzmcOfpXFcK-rtDSSuf_kcL4egZFLImyDGo_vLsnsqQ8rWhtZKrnM67lwLnJfxFLwyjpDTq888dQi2ownnr01UyyukhhysMXrEUyOd1rFh-j_iJkNWhbFKpalcF4za-JEPmwSB2YQaSFcEnWAjG2ZstsL7Fm2VPH-EYd-dUsu8XJ97AdG7v7hi3BN4rZbP8a68w_jjryFg3wfJ7Ohtwk4FrLmCTyJkYIBLhSCwwygd5t5jzxrVIApTR--ennaFaAgTEyc5tgVUQK8',
  thumbnail_id: null,
  thumbnail_of: null,
  created_at: '2026-11-21T18:53:36.219Z',
  ready_at: '2026-11-21T18:53:36.288Z',
  deleted_at: null,
};

export const mediaExamples: Examples = {
  uce: { summary: 'uce: with the key', value: { ...shown, tier: 'uce', ...uceKeys } },
  e2e: {
    summary: 'e2e: with the wrapped key',
    value: {
      ...shown,
      sealed_metadata:
        'REIBAQEAAAAC97foDSZmjAFkCImftWZyXdWb1SK3wUYyIGQTIilEsbQke4p-v2r04fQ91gPx0vZc_0RzuKVfAh29E3guYnNlu5E4RnFusl4PICov34kjB5PfVRenLzRAsB-CbRh59ygzmb6zxaLv-2bPjOOdHHdsngp-d1HO0wVOj_mCyVli6iHM_PhcIiiyQZPRoZXJ7A7l18Gbmxa0m_jZGR4hSESbkB-vJ1LBZm8Y8h2E41okEVapUQ7y6gcaAw5kXwcek5GIW1fXdfWE8cX8M0kOZp49mYevrhwMjlNWxeksdK_Dog0Vn6v_7ywqePMfaX6ddFmqoMxk4GpkmPwOZJBAB43fd7Umh7IRjT0JXdOJm28zTWmQfrkctdOdmev2G0dpNdZc5OAH4oERd4wdzG7r7K1blbqKGQ4P9nM',
      tier: 'e2e',
      wrapped_key:
        'REIBAgEAAACNo40_VUTbNsHS03pJFaB1j_tn-fib0yB2rn1c-9YmPddR7B3bcUyk0isOTaYss8odARoQz5nM2zp5nC7S_BTdrlqsFME15_6ZNIv9jsccRdNHlzVh_2hK6b_u7cGHRbiuMf-QELuM2w',
    },
  },
};

const head = { seq: 12, hash: 't8oowsT64qVQna1bc2BCWGJFg0xL5tDu459raDrGo8c' };
export const writtenMediaExamples = within(mediaExamples, (value) => ({ ...value, history_head: head }));
export const mediaPageExamples = within(mediaExamples, (value) => ({ data: [value], next_cursor: null }));

export const downloadExamples: Examples = {
  any: {
    summary: 'An address of the object store',
    value: {
      url: 'https://objects.example.com/daybook/media/01a1ff74-e0d0-7516-9090-48a9493620c9/019a0000-5000-7000-8000-000000000001/01a1ff74-f05b-7d03-90fc-1c192d17282d?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=test-access-key%2F20261121%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T185336Z&X-Amz-Expires=60&X-Amz-Signature=493968defaf41d878e27336cc06d94509f4b1015a4e1572e43fa8ec7335ce3d5&X-Amz-SignedHeaders=host&response-content-disposition=attachment&response-content-type=application%2Foctet-stream&x-id=GetObject',
      expires_at: '2026-11-21T18:54:36.000Z',
    },
  },
};

const deleted_at = '2026-11-21T18:53:36.314Z';
export const removedMediaExamples: Examples = {
  trash: { summary: 'In the trash', value: { id: upload.id, deleted_at, history_head: head } },
  erased: { summary: 'Erased, with `?permanent=true`', value: { id: upload.id, deleted_at: null, history_head: head } },
};
