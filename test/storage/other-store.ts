const { TEST_S3_ENDPOINT: endpoint, TEST_S3_NAME: name = 'another S3', TEST_S3_CHECKSUMS: checksums } = process.env;

/** The S3 that the tests of any store were told to run against; undefined where they were told of none. */
export const otherStore =
  endpoint === undefined
    ? undefined
    : {
        name,
        hasChecksums: checksums !== 'off',
        environment: {
          S3_ENDPOINT: endpoint,
          S3_BUCKET: process.env['TEST_S3_BUCKET'] ?? '',
          S3_REGION: process.env['TEST_S3_REGION'] ?? 'us-east-1',
          S3_FORCE_PATH_STYLE: 'true',
          S3_ACCESS_KEY_ID: process.env['TEST_S3_ACCESS_KEY_ID'] ?? '',
          S3_SECRET_ACCESS_KEY: process.env['TEST_S3_SECRET_ACCESS_KEY'] ?? '',
        },
      };
