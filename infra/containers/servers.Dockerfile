# In place of the images that compose.yaml pulls: Debian's packages of the same servers, with the paths, users
# and entry points of those images, so that compose.yaml fits both.
FROM registrar-local/debian:unstable AS debian

FROM debian AS nginx
COPY nginx-entrypoint /docker-entrypoint.sh
RUN mkdir -p /etc/nginx/templates /usr/share/nginx/html /etc/nginx/conf.d && ln -sf /dev/stderr /var/log/nginx/error.log \
    && printf '%s\n' 'user www-data;' 'worker_processes auto;' 'pid /run/nginx.pid;' \
      'events {' 'worker_connections 1024;' '}' 'http {' 'include /etc/nginx/conf.d/*.conf;' '}' >/etc/nginx/nginx.conf
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["nginx", "-g", "daemon off;"]

FROM debian AS mysql
COPY mysql-entrypoint /docker-entrypoint.sh
RUN useradd --system --no-create-home mysql && mkdir -p /etc/mysql/conf.d /run/mysqld /var/lib/mysql \
    && chown mysql:mysql /var/lib/mysql && chmod 1777 /run/mysqld && printf '%s\n' '[mysqld]' 'user=mysql' 'datadir=/var/lib/mysql' 'socket=/run/mysqld/mysqld.sock' \
      'mysqlx=OFF' 'secure_file_priv=NULL' '!includedir /etc/mysql/conf.d/' >/etc/mysql/my.cnf
ENTRYPOINT ["/docker-entrypoint.sh"]
CMD ["mysqld"]

FROM debian AS rabbitmq
# The package's commands change to this user themselves, which only root could.
RUN rm -rf /var/lib/rabbitmq/mnesia /etc/rabbitmq/* && mkdir -p /etc/rabbitmq/conf.d /var/lib/rabbitmq /var/log/rabbitmq \
    && chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /var/log/rabbitmq
ENV PATH=/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/var/lib/rabbitmq
CMD ["rabbitmq-server"]

FROM debian AS prometheus
RUN rm -rf /etc/prometheus && mkdir -p /etc/prometheus /prometheus && chown nobody:nogroup /prometheus
WORKDIR /prometheus
USER 65534:65534
ENTRYPOINT ["prometheus"]

FROM debian AS alertmanager
RUN mkdir -p /etc/alertmanager /alertmanager && chown nobody:nogroup /alertmanager
WORKDIR /alertmanager
USER 65534:65534
ENTRYPOINT ["prometheus-alertmanager"]

FROM debian AS mysqld-exporter
USER 65534:65534
ENTRYPOINT ["prometheus-mysqld-exporter"]

# A collector of another maker, which prints the traces that it gets.
FROM debian AS otel-collector
# hadolint ignore=DL3022
COPY --from=rotel / /usr/local/rotel
ENV LD_LIBRARY_PATH=/usr/local/rotel
USER 65534:65534
ENTRYPOINT ["/usr/local/rotel/rotel", "start", "--exporter", "blackhole", "--debug-log", "traces", "--debug-log-verbosity", "detailed", \
  "--otlp-grpc-endpoint", "0.0.0.0:4317", "--otlp-http-endpoint", "0.0.0.0:4318"]
