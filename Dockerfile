FROM node:24.21.0-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY src ./src
RUN mkdir data compiled && chown node:node data compiled

USER node
# What this start compiled is kept: the next ones take half as long, and less memory, since nothing has to strip the types
# again. It reaches nobody, and keeps nothing else.
ENV NODE_COMPILE_CACHE=compiled
RUN SLACK_BOT_TOKEN=xoxb-none SLACK_SIGNING_SECRET=none SLACK_API_URL=http://127.0.0.1:9/ ACQUIRE_API_KEY=none \
    ACQUIRE_BASE_URL=http://127.0.0.1:9 CASE_CHANNEL=C0000000000 DATABASE_URL=sqlite:/tmp/none.db FILES_DIR=/tmp/none \
    HOST=127.0.0.1 PORT=0 LOG_LEVEL=error timeout --preserve-status 8 node src/start.mjs && rm -rf /tmp/none*

# The SQLite file of DATABASE_URL's default, and files. Mount a volume here: what is owed to people lies in it. Nothing
# else is ever written, so that the rest may be read-only (docker run --read-only --tmpfs /tmp).
VOLUME /app/data
EXPOSE 3000

HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Node itself is process 1 and gets SIGTERM: the app hands back what is in flight and exits within 10 s.
CMD ["node", "src/start.mjs"]
