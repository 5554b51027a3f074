FROM node:24.21.0-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY src ./src
RUN mkdir data compiled && chown node:node data compiled

USER node
# Without a configuration it ends with 78, after everything was compiled: kept, a start takes half as long, and a fifth less
# memory, since nothing has to strip the types again.
ENV NODE_COMPILE_CACHE=compiled
RUN node src/main.ts || test $? -eq 78

# The SQLite file of DATABASE_URL's default, and files. Mount a volume here: what is owed to people lies in it. Nothing
# else is ever written, so that the rest may be read-only (docker run --read-only --tmpfs /tmp).
VOLUME /app/data
EXPOSE 3000

HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Node itself is process 1 and gets SIGTERM: the app hands back what is in flight and exits within 10 s.
CMD ["node", "src/main.ts"]
