// Writes what is known into the page: header, figures, notices, tables.

import { byId, make, replace, showChoice, showTable, write } from './dom.js';
import {
  ageText, bpsText, instantText, isMeasured, localOffsetMinutes, NOT_MEASURED, rateText, shareText,
  spanLocalText, spanUtcText,
} from './format.js';

// A report older than this is late by more than two windows: its age is said.
const LATE_MS = 180000;
const STATE_NAMES = {
  connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', stale: 'Stale',
};

export function showWindow(window) {
  if (!window)
    return;
  const { startMs, endMs } = window;
  write(byId('window-utc'), spanUtcText(startMs, endMs));
  write(byId('window-local'), spanLocalText(startMs, endMs, localOffsetMinutes(startMs)));
}

export function showState(state, lastReportMs, nowMs) {
  byId('state').dataset.state = state;
  write(byId('state-name'), STATE_NAMES[state]);
  const late = `last report ${ageText(nowMs - lastReportMs)} ago`;
  write(byId('state-detail'), state === 'stale' ? late : '');
}

// errors: one sentence for each part of the API that failed.
export function showErrors(errors) {
  const sentences = [...errors.values()];
  replace(byId('errors'), ...sentences.map((sentence) => make('p', 'notice error', sentence)));
}

export function showSurfaces(surfaces, chosen) {
  byId('surface-choice').hidden = surfaces.length === 0;
  showChoice('surfaces', 'surface', surfaces.map((name) => ({ value: name, text: name })), chosen);
}

export function figure(name, value, detail, className = '') {
  const measured = value === NOT_MEASURED ? 'value unknown' : 'value';
  return make('div', `figure ${className}`, make('dt', '', name),
    make('dd', measured, value), make('dd', 'detail', detail));
}

export function showFigures(figures) {
  replace(byId('figures'),
    figure('IPv6 share', shareText(figures.share),
      `native IPv6: ${shareText(figures.nativeShare)}`, 'v6'),
    figure('IPv6', bpsText(figures.v6Bps), rateText(figures.v6PacketsPerSecond, 'packets'), 'v6'),
    figure('IPv4', bpsText(figures.v4Bps), rateText(figures.v4PacketsPerSecond, 'packets'), 'v4'),
    figure('Coverage', shareText(figures.coverage), rateText(figures.framesPerSecond, 'frames')));
}

function coverageSentence(coverage) {
  if (!isMeasured(coverage))
    return 'Coverage was not measured: how much traffic these figures miss is unknown.';
  if (coverage < 1)
    return `Coverage is ${shareText(coverage)}: part of this window's traffic was not seen. `
      + 'The figures are those of the part seen.';
  return '';
}

export function showCoverageNote(figures, hasWindow) {
  const sentence = hasWindow ? coverageSentence(figures.coverage) : '';
  byId('coverage-note').hidden = sentence === '';
  write(byId('coverage-note'), sentence);
}

export function showTransitions(rows) {
  showTable('transitions', [
    { title: 'Class', text: (row) => row.name },
    { title: 'Bits per second', text: (row) => bpsText(row.bps), numeric: true },
    { title: 'Share of traffic', text: (row) => shareText(row.share), numeric: true },
  ], rows, 'No traffic has been reported.');
}

function lastReportText(ms, nowMs) {
  if (!isMeasured(ms))
    return 'none';
  const late = nowMs - ms > LATE_MS ? `, ${ageText(nowMs - ms)} ago` : '';
  return `${instantText(ms, nowMs)}${late}`;
}

export function showLinks(rows, nowMs) {
  showTable('links', [
    { title: 'Probe / link', text: (row) => `${row.probe} / ${row.link}` },
    { title: 'Surface', text: (row) => row.surface ?? 'not declared' },
    { title: 'IPv6', text: (row) => bpsText(row.v6Bps), numeric: true },
    { title: 'IPv4', text: (row) => bpsText(row.v4Bps), numeric: true },
    { title: 'IPv6 share', text: (row) => shareText(row.share), numeric: true },
    { title: 'Coverage', text: (row) => shareText(row.coverage), numeric: true },
    { title: 'Last report', text: (row) => lastReportText(row.lastReportMs, nowMs) },
  ], rows, 'No probe has reported.');
}
