// Where things stand on a chart: ticks, positions, runs of measured windows. Pure.

import { bpsUnit, isMeasured } from './format.js';

const MINUTE = 60;
const TIME_STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map(
  (minutes) => minutes * MINUTE);

// Smallest of 1, 2, 5 times a power of ten that is at least this large.
export function niceStep(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= size * (1 - 1e-9));
  return factor * power;
}

// Values of the marks from 0 up to the first one at or above top. An axis always starts at 0,
// so that a height is a quantity and not a difference.
export function valueTicks(top, maxIntervals) {
  if (!(top > 0))
    return [0, 1];
  const step = niceStep(top / maxIntervals);
  const count = Math.ceil(top / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

// Aligned times (seconds, UTC) inside a span, at most so many of them.
export function timeTicks(startSeconds, endSeconds, maxTicks) {
  const span = endSeconds - startSeconds;
  const step = TIME_STEPS_SECONDS.find((candidate) => span / candidate <= maxTicks)
    ?? TIME_STEPS_SECONDS[TIME_STEPS_SECONDS.length - 1];
  const ticks = [];
  for (let tick = Math.ceil(startSeconds / step) * step; tick <= endSeconds; tick += step)
    ticks.push(tick);
  return ticks;
}

// Runs of consecutive indexes for which the predicate holds, as [first, last].
function runsWhere(count, holds) {
  const runs = [];
  for (let index = 0; index < count; index++) {
    if (!holds(index))
      continue;
    if (index > 0 && holds(index - 1))
      runs[runs.length - 1][1] = index;
    else
      runs.push([index, index]);
  }
  return runs;
}

export function measuredRuns(values) {
  return runsWhere(values.length, (index) => isMeasured(values[index]));
}

// Runs in which no line has a value: nobody measured, which is not the same as no traffic.
export function gapRuns(lines) {
  const count = Math.max(0, ...lines.map((line) => line.values.length));
  return runsWhere(count, (index) => lines.every((line) => !isMeasured(line.values[index])));
}

export function largestValue(lines) {
  return lines.reduce((largest, line) => line.values.reduce(
    (top, value) => (isMeasured(value) && value > top ? value : top), largest), 0);
}

// Index of the window under a fraction of the width, clamped to the chart.
export function indexAt(fraction, count) {
  return Math.min(count - 1, Math.max(0, Math.floor(fraction * count)));
}

// Range of window starts that ends with a whole step at or before a time.
export function alignedRange(endSeconds, rangeSeconds, stepSeconds) {
  const to = Math.floor(endSeconds / stepSeconds) * stepSeconds;
  return { from: to - rangeSeconds, to };
}

// One number of decimals for all marks of an axis: as many as its step needs.
function tickLabels(ticks, divisor) {
  const step = (ticks[1] - ticks[0]) / divisor;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return (value) => (value / divisor).toFixed(decimals);
}

// Axis of ratios, in per cent and never above 100.
export function shareAxis(largest, maxIntervals) {
  const ticks = valueTicks(Math.min(1, largest * 1.05 || 1), maxIntervals);
  const top = ticks[ticks.length - 1];
  return { top, ticks, label: tickLabels(ticks, 0.01), unit: '%' };
}

// Axis of bits/s in the unit of its top.
export function bpsAxis(largest, maxIntervals) {
  const { name, divisor } = bpsUnit(largest);
  const ticks = valueTicks((largest / divisor) * 1.05 || 1, maxIntervals).map(
    (tick) => tick * divisor);
  const top = ticks[ticks.length - 1];
  return { top, ticks, label: tickLabels(ticks, divisor), unit: name };
}
