# One image for every program of Daybook; what runs is the command:
#   node dist/src/main.js      the API (unless said otherwise)
#   node dist/src/worker.js    the queue process
#   node dist/src/migrate.js   the migration job
#   daybook <command>          operators' commands
# `node scripts/rehearse-image.mjs` replays these steps where there is no container engine (docs/image.md).

# Pin it to a digest where your registry allows: --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
RUN npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund
COPY . .
RUN npm run build

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
RUN npm ci --ignore-scripts --omit=dev --include=optional --no-audit --no-fund
# The image has its Node already, and what others call a peer serves their development tools alone.
RUN rm -rf node_modules/node-linux-* node_modules/typescript node_modules/prettier node_modules/@types node_modules/.bin
COPY scripts/sbom.mjs scripts/
RUN node scripts/sbom.mjs sbom.cdx.json licences.txt

FROM ${NODE_IMAGE} AS runtime
# Nothing is installed in a running container, so nothing that could install is there.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
COPY --from=packages /app/node_modules node_modules/
COPY --from=packages /app/sbom.cdx.json /app/licences.txt ./
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/sdk/package.json sdk/
COPY --from=build /app/sdk/dist sdk/dist/
COPY --from=build /app/dist dist/
COPY --from=build /app/image/healthcheck.mjs image/
COPY --from=build --chmod=755 /app/image/daybook /usr/local/bin/daybook

# The AWS SDK asks for a home, which a number without a name does not have.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 HOME=/app
EXPOSE 8000 9090
# By number, so that `runAsNonRoot` can be verified. Nobody owns a file here but root: the programs write nothing.
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "image/healthcheck.mjs"]
# The entry point of the Node image is a shell script: the program itself is to get SIGTERM.
ENTRYPOINT []
CMD ["node", "dist/src/main.js"]
