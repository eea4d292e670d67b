//! What `registrar_messaging` promises, against a real RabbitMQ.

mod broker;
mod confirm_reports;
mod connecting;
mod consuming;
mod declaring;
mod outages;
mod publishing;
mod routing;
mod running;
