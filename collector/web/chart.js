// A line chart over time as SVG, read by eye, by pointer and by keyboard. One unit of the drawing
// is one CSS pixel, so that text keeps its size at every width. A window nobody measured is left
// open and shaded; a line never crosses it and never falls to zero there.

import { clockText, dateText, localOffsetMinutes, spanLocalText, spanUtcText } from './format.js';
import { gapRuns, indexAt, largestValue, measuredRuns, timeTicks, valueTicks } from './scale.js';

const SVG = 'http://www.w3.org/2000/svg';
const DAY_SECONDS = 86400;

function svgAdd(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes))
    element.setAttribute(key, value);
  if (text !== undefined)
    element.textContent = text;
  parent.append(element);
  return element;
}

function htmlAdd(parent, name, className, text = '') {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

export class Chart {
  // axis(largest, maxIntervals) -> {top, ticks, label(value), unit}; text(value) is the exact
  // readout.
  constructor(host, { label, axis, text }) {
    this.axis = axis;
    this.text = text;
    this.data = null;
    this.index = null;
    this.legend = htmlAdd(host, 'ul', 'legend');
    this.readout = htmlAdd(host, 'p', 'readout');
    this.plot = htmlAdd(host, 'div', 'plot');
    this.plot.setAttribute('role', 'slider');
    this.plot.setAttribute('aria-label', `${label}: arrow keys move between the windows`);
    this.plot.tabIndex = 0;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  listen() {
    const point = (event) => this.pick(this.indexUnder(event));
    this.plot.addEventListener('pointermove', point);
    this.plot.addEventListener('pointerdown', point);
    this.plot.addEventListener('pointerleave', () => this.pick(null));
    this.plot.addEventListener('blur', () => this.pick(null));
    this.plot.addEventListener('keydown', (event) => this.key(event));
  }

  // data: {start, step, lines: [{name, className, values}]}, times in seconds; every line has the
  // same number of windows. null: nothing to draw, and message says why.
  show(data, message = '') {
    const grown = this.data && data && data.start - this.data.start;
    if (this.index !== null && grown && data.step === this.data.step)
      this.index -= grown / data.step;
    this.data = data && data.lines[0].values.length > 0 ? data : null;
    this.message = message;
    this.drawLegend();
    this.draw();
  }

  get count() {
    return this.data.lines[0].values.length;
  }

  indexUnder(event) {
    if (!this.box)
      return null;
    const left = this.plot.getBoundingClientRect().left + this.box.left;
    return indexAt((event.clientX - left) / this.box.width, this.count);
  }

  key(event) {
    if (!this.data)
      return;
    const last = this.count - 1;
    const from = this.index ?? last;
    const targets = {
      ArrowLeft: from - 1, ArrowRight: from + 1, ArrowDown: from - 1, ArrowUp: from + 1,
      PageDown: from - 10, PageUp: from + 10, Home: 0, End: last, Escape: null,
    };
    if (!(event.key in targets))
      return;
    event.preventDefault();
    this.pick(targets[event.key]);
  }

  pick(index) {
    this.index = index;
    this.drawCursor();
  }

  draw() {
    this.plot.replaceChildren();
    this.box = null;
    if (!this.data) {
      htmlAdd(this.plot, 'p', 'empty', this.message);
      this.plot.setAttribute('aria-valuetext', this.message);
    } else if (this.plot.clientWidth > 0) {
      this.layout();
      this.drawGaps();
      this.drawValueAxis();
      this.drawTimeAxis();
      this.data.lines.forEach((line) => this.drawLine(line));
      this.cursor = svgAdd(this.svg, 'g', { class: 'cursor' });
    }
    this.drawCursor();
  }

  layout() {
    const width = this.plot.clientWidth;
    const height = this.plot.clientHeight;
    const em = parseFloat(getComputedStyle(this.plot).fontSize);
    this.em = em;
    this.scale = this.axis(largestValue(this.data.lines), height / (em * 4));
    const digits = Math.max(...this.scale.ticks.map((tick) => this.scale.label(tick).length));
    const left = (digits + 1) * em * 0.62;
    const top = em * 1.9;
    this.box = { left, top, width: width - left - em * 0.5, height: height - top - em * 2.4 };
    this.svg = svgAdd(this.plot, 'svg', {
      width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true',
    });
  }

  // Position of a time given in windows since the start; a value stands at its window's middle.
  x(windows) {
    return this.box.left + (windows / this.count) * this.box.width;
  }

  y(value) {
    return this.box.top + (1 - value / this.scale.top) * this.box.height;
  }

  drawGaps() {
    const { top, height } = this.box;
    for (const [first, last] of gapRuns(this.data.lines)) {
      const width = this.x(last + 1) - this.x(first);
      svgAdd(this.svg, 'rect', { class: 'gap', x: this.x(first), y: top, width, height });
    }
  }

  drawValueAxis() {
    const { left, top, width } = this.box;
    for (const tick of this.scale.ticks) {
      const y = this.y(tick);
      const className = tick === 0 ? 'base' : 'grid';
      svgAdd(this.svg, 'line', { class: className, x1: left, x2: left + width, y1: y, y2: y });
      svgAdd(this.svg, 'text', { class: 'value', x: left - this.em * 0.5, y: y + this.em * 0.35 },
        this.scale.label(tick));
    }
    svgAdd(this.svg, 'text', { class: 'unit', x: 0, y: top - this.em }, this.scale.unit);
  }

  drawTimeAxis() {
    const { start, step } = this.data;
    const { left, top, width, height } = this.box;
    const bottom = top + height;
    for (const tick of timeTicks(start, start + step * this.count, width / (this.em * 5.5))) {
      const x = this.x((tick - start) / step);
      const text = tick % DAY_SECONDS === 0 ? dateText(tick * 1000).slice(5)
        : clockText(tick * 1000);
      // A label at the very edge would be cut.
      if (x < left + this.em || x > left + width - this.em)
        continue;
      svgAdd(this.svg, 'line', { class: 'base', x1: x, x2: x, y1: bottom, y2: bottom + 4 });
      svgAdd(this.svg, 'text', { class: 'time', x, y: bottom + this.em * 1.3 }, text);
    }
    svgAdd(this.svg, 'text', { class: 'zone', x: left + width, y: bottom + this.em * 2.3 }, 'UTC');
  }

  drawLine({ className, values }) {
    const group = svgAdd(this.svg, 'g', { class: `line ${className}` });
    for (const [first, last] of measuredRuns(values)) {
      if (first === last) {
        svgAdd(group, 'circle', { cx: this.x(first + 0.5), cy: this.y(values[first]), r: 2 });
        continue;
      }
      const points = [];
      for (let index = first; index <= last; index++)
        points.push(`${this.x(index + 0.5).toFixed(1)} ${this.y(values[index]).toFixed(1)}`);
      svgAdd(group, 'path', { d: `M${points.join('L')}` });
    }
  }

  drawLegend() {
    this.legend.replaceChildren();
    for (const { name, className } of this.data?.lines ?? [])
      htmlAdd(this.legend, 'li', className, name);
    if (this.data && gapRuns(this.data.lines).length > 0)
      htmlAdd(this.legend, 'li', 'unmeasured', 'not measured');
  }

  // The readout says the window under the cursor or, without one, the newest.
  drawCursor() {
    this.readout.replaceChildren();
    this.cursor?.replaceChildren();
    if (!this.data)
      return;
    const last = this.count - 1;
    const index = Math.min(last, Math.max(0, this.index ?? last));
    this.writeReadout(index);
    if (this.index === null || !this.box)
      return;
    this.index = index;
    const x = this.x(index + 0.5);
    const { top, height } = this.box;
    svgAdd(this.cursor, 'line', { x1: x, x2: x, y1: top, y2: top + height });
    for (const { className, values } of this.data.lines)
      if (values[index] !== null)
        svgAdd(this.cursor, 'circle', { class: className, cx: x, cy: this.y(values[index]), r: 4 });
  }

  writeReadout(index) {
    const startMs = (this.data.start + index * this.data.step) * 1000;
    const endMs = startMs + this.data.step * 1000;
    const time = spanUtcText(startMs, endMs);
    const values = this.data.lines.map(
      (line) => `${line.name} ${this.text(line.values[index])}`);
    htmlAdd(this.readout, 'span', 'when', time);
    this.data.lines.forEach(({ className }, line) => {
      htmlAdd(this.readout, 'span', className, values[line]);
    });
    this.readout.title = spanLocalText(startMs, endMs, localOffsetMinutes(startMs));
    this.plot.setAttribute('aria-valuemin', 0);
    this.plot.setAttribute('aria-valuemax', this.count - 1);
    this.plot.setAttribute('aria-valuenow', index);
    this.plot.setAttribute('aria-valuetext', `${time}: ${values.join(', ')}`);
  }
}
