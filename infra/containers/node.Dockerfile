# In place of Docker Hub's node image: this system's Node.js, and npm's cache with all of package-lock.json.
FROM registrar-local/debian:unstable
# hadolint ignore=DL3022
COPY --from=node /bin/node /usr/bin/node
# hadolint ignore=DL3022
COPY --from=node /lib/node_modules/npm /usr/lib/node_modules/npm
# hadolint ignore=DL3022
COPY --from=packages / /usr/local/packages
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/bin/npm
ENV npm_config_cache=/usr/local/packages npm_config_offline=true
