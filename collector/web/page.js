// Start-up and the flow of data: what arrives, what is fetched after it, what is shown.

import { apiGet, Feed } from './api.js';
import { Chart } from './chart.js';
import { showChoice } from './dom.js';
import { bpsText, shareText } from './format.js';
import {
  lastReportOf, linkRows, listOf, stateOf, surfaceFigures, surfacesOf, transitionRows, windowOf,
} from './model.js';
import { alignedRange, bpsAxis, shareAxis } from './scale.js';
import { cutNamed } from './users.js';
import { showUsers } from './users_view.js';
import * as view from './view.js';

const INDICATORS = '/api/v1/indicators';
const PROBES = '/api/v1/probes';
const SERIES = '/api/v1/series';
const LIVE = '/api/v1/live';
const USERS = '/api/v1/users';
// Users change every 5 minutes, and their answer is long.
const USERS_MS = 15000;
const CLOCK_MS = 5000;

const RANGES = [
  { value: '30min', text: '30 min', seconds: 1800, step: 60 },
  { value: '6h', text: '6 h', seconds: 6 * 3600, step: 60 },
  { value: '24h', text: '24 h', seconds: 24 * 3600, step: 300 },
];
const CHARTED = ['v6_share', 'v6_traffic_bps', 'v4_traffic_bps'];

const state = {
  indicators: [],
  probes: [],
  // Answers of the last refresh of the charts by id, or null before the first.
  series: null,
  // The last answer about users, or null before the first.
  users: null,
  surface: null,
  range: RANGES[0],
  cut: cutNamed(null),
  stream: 'connecting',
  errors: new Map(),
};

const charts = {
  share: new Chart(document.getElementById('chart-share'),
    { label: 'IPv6 share over time', axis: shareAxis, text: shareText }),
  bps: new Chart(document.getElementById('chart-bps'),
    { label: 'Bits per second over time', axis: bpsAxis, text: bpsText }),
};

// Runs one part of a refresh; its failure is shown until the same part succeeds again.
async function attempt(part, work) {
  try {
    await work();
    state.errors.delete(part);
  } catch (error) {
    state.errors.set(part, error.message);
  }
}

function chosenWindow() {
  return windowOf(state.indicators, state.surface);
}

function lastReportMs() {
  return lastReportOf(state.probes, state.surface);
}

function connection() {
  return stateOf(state.stream, chosenWindow(), lastReportMs(), Date.now());
}

// The surface shown is the one chosen, or the first there is.
function surfaceSettle() {
  const surfaces = surfacesOf(state.indicators, state.probes);
  if (surfaces.length > 0 && !surfaces.includes(state.surface))
    state.surface = surfaces[0];
}

async function indicatorsRefresh() {
  state.indicators = listOf(await apiGet(INDICATORS), 'indicators', INDICATORS);
}

// Charts end with the window shown, so that one still being counted is not a gap; once that is
// old they end now, so that the gap grows before the reader's eyes.
function chartRange() {
  const window = chosenWindow();
  const endMs = window && connection() !== 'stale' ? window.endMs : Date.now();
  return alignedRange(endMs / 1000, state.range.seconds, state.range.step);
}

let seriesAsked = 0;

async function seriesRefresh() {
  const asked = ++seriesAsked;
  const { from, to } = chartRange();
  const parameters = { from, to, step: state.range.step, group_by: 'surface' };
  const answers = await Promise.all(CHARTED.map((id) => apiGet(SERIES, { id, ...parameters })));
  answers.forEach((answer) => listOf(answer, 'series', SERIES));
  // A slow answer must not replace that of a later question.
  if (asked === seriesAsked)
    state.series = new Map(answers.map((answer) => [answer.id, answer]));
}

async function probesRefresh() {
  state.probes = listOf(await apiGet(PROBES), 'probes', PROBES);
}

let usersAskedMs = -Infinity;

async function usersRefresh() {
  usersAskedMs = Date.now();
  const answer = await apiGet(USERS);
  listOf(answer, 'windows', USERS);
  state.users = answer;
}

// Indicators and probes say which surfaces there are; the window shown says where the charts end.
async function refreshOnce(seriesToo) {
  const shownMs = chosenWindow()?.startMs;
  await Promise.all([attempt('indicators', indicatorsRefresh), attempt('probes', probesRefresh)]);
  surfaceSettle();
  render();
  if (seriesToo || !state.series || chosenWindow()?.startMs !== shownMs)
    await attempt('series', seriesRefresh);
  render();
  if (Date.now() - usersAskedMs >= USERS_MS)
    await attempt('users', usersRefresh);
  render();
}

let refreshing = false;
let refreshWanted = false;

// However fast events come, one refresh runs at a time, and one more follows the last of them. The
// event says that something changed; which window is complete is asked of the collector.
async function refresh(seriesToo) {
  if (refreshing) {
    refreshWanted ||= seriesToo;
    return;
  }
  refreshing = true;
  await refreshOnce(seriesToo);
  refreshing = false;
  if (refreshWanted) {
    refreshWanted = false;
    await refresh(true);
  }
}

function chartData(lines) {
  const answers = lines.map(({ id }) => state.series?.get(id));
  if (answers.includes(undefined))
    return null;
  const groups = answers.map(({ series }) => series.find(
    ({ dimensions }) => dimensions.surface === state.surface));
  if (groups.includes(undefined))
    return null;
  return {
    start: Date.parse(answers[0].start) / 1000,
    step: answers[0].step,
    lines: lines.map((line, index) => ({ ...line, values: groups[index].values })),
  };
}

function renderCharts() {
  const failed = state.errors.has('series') ? 'The values could not be fetched.' : '';
  const message = state.series ? 'Nothing was measured in this range.' : failed;
  charts.share.show(chartData([{ id: 'v6_share', name: 'IPv6 share', className: 'v6' }]), message);
  charts.bps.show(chartData([
    { id: 'v6_traffic_bps', name: 'IPv6', className: 'v6' },
    { id: 'v4_traffic_bps', name: 'IPv4', className: 'v4' },
  ]), message);
}

function renderClock() {
  view.showState(connection(), lastReportMs() ?? chosenWindow()?.endMs, Date.now());
  view.showLinks(linkRows(state.indicators, state.probes), Date.now());
}

function render() {
  const { indicators, probes, surface } = state;
  const figures = surfaceFigures(indicators, surface);
  view.showErrors(state.errors);
  view.showWindow(chosenWindow());
  view.showSurfaces(surfacesOf(indicators, probes), surface);
  showChoice('ranges', 'range', RANGES, state.range.value);
  view.showFigures(figures);
  view.showCoverageNote(figures, chosenWindow() !== null);
  view.showTransitions(transitionRows(indicators, surface));
  showUsers(state.users, state.cut);
  renderCharts();
  renderClock();
}

// The choices live in the address, so that a wall screen comes back as it was.
function choicesRead() {
  const choices = new URLSearchParams(location.hash.slice(1));
  state.surface = choices.get('surface');
  state.range = RANGES.find(({ value }) => value === choices.get('range')) ?? RANGES[0];
  state.cut = cutNamed(choices.get('users'));
}

function choicesWrite() {
  const choices = new URLSearchParams({
    surface: state.surface ?? '', range: state.range.value, users: state.cut.value,
  });
  history.replaceState(null, '', `#${choices}`);
}

function choiceChanged({ target }) {
  if (target.name === 'surface')
    state.surface = target.value;
  else
    state.range = RANGES.find(({ value }) => value === target.value);
  choicesWrite();
  render();
  attempt('series', seriesRefresh).then(render);
}

function cutChanged({ target }) {
  state.cut = cutNamed(target.value);
  choicesWrite();
  render();
}

choicesRead();
render();
document.getElementById('user-choices').addEventListener('change', cutChanged);
document.getElementById('choices').addEventListener('change', choiceChanged);
refresh(true);
new Feed(LIVE, {
  changed: () => refresh(true),
  opened: (open) => {
    state.stream = open ? 'live' : 'reconnecting';
    renderClock();
  },
  // Without a stream nothing tells that late reports have changed older windows.
  poll: () => refresh(state.stream !== 'live'),
});
setInterval(renderClock, CLOCK_MS);
