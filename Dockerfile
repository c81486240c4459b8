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
ENV NODE_ENV=production PORT=3000 HOST=0.0.0.0
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# A volume that is mounted here takes over the owner.
RUN mkdir -p /data/media && chown node:node /data/media
ENV MEDIA_DIR=/data/media
USER node
EXPOSE 3000
# Live, not ready: while the database is away the process is well and must not be restarted.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Node itself is the first process: it gets the SIGTERM that lets it finish what it holds.
CMD ["node", "dist/src/main.js"]
