# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS base
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false NPM_CONFIG_FUND=false NPM_CONFIG_AUDIT=false

# Packages first: this layer is rebuilt only when the lockfile changes. No package here needs its install script.
FROM base AS build
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ormconfig.ts ./
COPY src ./src
COPY sandbox ./sandbox
RUN npx nest build

FROM base AS packages
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts

FROM base AS service
LABEL org.opencontainers.image.title="meta-business-backend" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.description="Self-hosted backend between a business's own frontend and Meta"
ENV NODE_ENV=production PORT=3000 HOST=0.0.0.0
# Nothing is installed in a running container: who gets in finds no tool for it. Commands are run with node.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# The files above are root's, so that the service cannot change itself; with a read-only file system it needs /data/media and
# /tmp. A volume that is mounted here takes over the owner.
RUN mkdir -p /data/media && chown node:node /data/media
ENV MEDIA_DIR=/data/media
USER node
EXPOSE 3000
# Live, not ready: while the database is away the process is well and must not be restarted.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Node itself is the first process: it gets the SIGTERM that lets it finish what it holds. It starts no children; an init
# (docker run --init, init: true) does no harm.
CMD ["node", "dist/src/main.js"]
