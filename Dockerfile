# One image for worker, gateway and command line. Debian, because the Temporal SDK's native part needs glibc.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/bin bin
COPY --from=build /app/deploy deploy
ENV NODE_ENV=production KUBEOCEAN_HTTP_HOST=0.0.0.0 KUBEOCEAN_HTTP_PORT=8080 MALLOC_ARENA_MAX=2 NODE_OPTIONS=--max-old-space-size=1024
USER node
EXPOSE 8080
CMD ["node", "dist/workers/worker.js"]
