import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';
import { putOff } from '../loading.ts';

/** The client of Prometheus without OpenTelemetry, which it asks for a trace when CPU seconds are counted. */

const require = createRequire(import.meta.url);

putOff(['@opentelemetry/api'], require.resolve('prom-client'));

const prometheus: typeof Prometheus = require('prom-client');
export const { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } = prometheus;
export type Counter<Label extends string> = Prometheus.Counter<Label>;
export type Gauge<Label extends string = string> = Prometheus.Gauge<Label>;
export type Registry = Prometheus.Registry;
